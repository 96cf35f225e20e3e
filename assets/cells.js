// What a hurried hand types into a cell, and what it stands for: 48 is 4.8, -175 is -1.75 D, and the
// decimal acuity 0.8 is 4.9 once somebody has confirmed it. Pure: no page, no network, no words.
// The server reads cells alike (src/vision/rules/typed.rs); tests/it/samples/typed_cells.csv holds
// both to the same answers. Whatever this lets through is judged again by the server.
//
// `chart` is the table of the server: [five-mark, decimal, finding] for every acuity there is, the
// worst first. An answer is { value }, { value, ask, … } to be confirmed, or { fault, … }.

/** Chinese input methods write full-width digits, signs and points; they mean the plain ones. */
export const plain = (typed) =>
  typed
    .trim()
    .replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/。/g, ".")
    .replace(/[−–—]/g, "-");

/** A decimal text as a whole number of its `places`-th parts; null when it is none. */
const scaled = (text, places) => {
  const parts = /^([+-]?)(\d{1,3})(?:\.(\d+))?$/.exec(text);
  if (!parts || (parts[3] || "").length > places) return null;
  const number = Number(parts[2] + (parts[3] || "").padEnd(places, "0"));
  return parts[1] === "-" ? -number : number;
};

export function acuity(typed, chart) {
  let text = plain(typed);
  if (!text) return { value: "" };
  if (/^\d{2,}$/.test(text)) text = `${text[0]}.${text.slice(1)}`;
  const unsigned = /^\d/.test(text);
  const tenths = unsigned ? scaled(text, 2) : null;
  const row = tenths === null ? null : chart.find(([five]) => scaled(five, 2) === tenths);
  if (row && !row[2]) return { value: row[0] };
  const finding = row && { value: row[0], ask: "confirm_finding", typed: text, finding: row[2] };
  if (row && text.length === 1) return finding;
  const thousandths = unsigned ? scaled(text, 3) : null;
  const decimals = chart.filter(([, decimal]) => decimal);
  const same = thousandths !== null && decimals.find((one) => scaled(one[1], 3) === thousandths);
  if (same) return { value: same[0], ask: "confirm_decimal", typed: text };
  if (finding) return finding;
  if (!/^[012]/.test(text)) return { fault: "not_on_chart" };
  // A decimal between two rows is never rounded: which of its neighbours was meant?
  const below = thousandths !== null && decimals.filter((one) => scaled(one[1], 3) < thousandths).pop();
  const above = thousandths !== null && decimals.find((one) => scaled(one[1], 3) > thousandths);
  return { fault: "not_in_conversion_table", below, above };
}

const hundredths = (number) =>
  `${number < 0 ? "-" : number > 0 ? "+" : ""}${Math.floor(Math.abs(number) / 100)}.${String(Math.abs(number) % 100).padStart(2, "0")}`;

/** A lens power; `limit` is the strongest there is, in hundredths of a dioptre. */
export function power(typed, limit) {
  let text = plain(typed);
  if (!text) return { value: "" };
  const [, sign, digits] = /^([+-]?)(.*)$/.exec(text);
  if (digits.startsWith(".")) text = `${sign}0${digits}`;
  let ask;
  if (/^\d{1,5}$/.test(digits)) {
    const number = Number(digits);
    if (number === 999) return { fault: "out_of_range" }; // How old forms say "not measured".
    // Three digits, or an end on a quarter, are 度; one digit is whole dioptres; of two the page asks.
    if (digits.length > 2 || (digits.length === 2 && number % 25 === 0)) {
      text = `${sign}${Math.floor(number / 100)}.${String(number % 100).padStart(2, "0")}`;
    } else if (digits.length === 2) ask = "confirm_power";
  }
  const number = scaled(text, 2);
  if (number === null) return { fault: "not_a_diopter" };
  if (Math.abs(number) > limit) return { fault: "out_of_range" };
  const value = hundredths(number);
  return ask ? { value, ask, typed: text } : { value };
}

/** Whole degrees from 1 to `most`. */
export function axis(typed, most) {
  const text = plain(typed);
  if (!text) return { value: "" };
  const degrees = scaled(text, 0);
  return degrees >= 1 && degrees <= most ? { value: String(degrees) } : { fault: "axis_out_of_range" };
}

/** Whether two values of a cell lie `limit` hundredths apart or more; findings off the chart do not. */
export function far(now, before, limit, chart) {
  const number = (text) => (chart && chart.some(([five, , off]) => off && five === text) ? null : scaled(text, 2));
  const apart = [number(now), number(before)];
  return apart[0] !== null && apart[1] !== null && Math.abs(apart[0] - apart[1]) >= limit;
}

/** What a refraction written by halves lacks: [field, fault] for one eye, "right" or "left". */
export function halves(eye, cell) {
  const [sphere, cylinder, axis] = ["sphere", "cylinder", "axis"].map((name) => cell(`${eye}_${name}`));
  const lacks = [];
  if (cylinder && !sphere) lacks.push([`${eye}_sphere`, "sphere_missing"]);
  if (cylinder && cylinder !== "0.00" && !axis) lacks.push([`${eye}_axis`, "axis_missing"]);
  if (axis && !cylinder) lacks.push([`${eye}_cylinder`, "cylinder_missing"]);
  return lacks;
}
