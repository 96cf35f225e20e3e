-- wrk's script for bench.sh: sends the prepared requests one after the other.
--
-- TARGETS names a file of lines TOKEN<TAB>PATH<TAB>BODY, where TOKEN is a line number of the file
-- TOKENS. With METHOD=POST every line is sent once, for a pupil is screened once a term, and the run
-- ends when they are used up; with GET the lines go round. SEND_TO replaces the path. One thread
-- (-t1) is enough.
local ffi = require("ffi")
ffi.cdef [[
typedef struct { long seconds; long nanoseconds; } bench_time;
int clock_gettime(int clock, bench_time *time);
]]
local clock = ffi.new("bench_time")
local function now()
   ffi.C.clock_gettime(0, clock)
   return tonumber(clock.seconds) + tonumber(clock.nanoseconds) / 1e9
end

local threads = {}
function setup(thread) table.insert(threads, thread) end

local method = os.getenv("METHOD") or "GET"
local send_to = os.getenv("SEND_TO") or ""
local lines, tokens, position = {}, {}, 0
-- Read by done() across threads, so global.
answered, refused, began, ended, first_refusal = 0, 0, 0, 0, ""

function init()
   for line in io.lines(os.getenv("TARGETS")) do table.insert(lines, line) end
   local token_file = os.getenv("TOKENS") or ""
   if token_file ~= "" then
      for line in io.lines(token_file) do table.insert(tokens, line) end
   end
   if method == "POST" then wrk.headers["Content-Type"] = "application/json" end
   began = now()
end

local run = string.format("%x", math.floor(now() * 1000))
local tried = false
function request()
   if not tried then
      -- wrk asks for one request before the run, to see its shape, and throws it away.
      tried = true
      return wrk.format("GET", "/health/ready")
   end
   position = position + 1
   if position > #lines then
      -- An empty request leaves the connection idle; response() stops when all are answered.
      if method == "POST" then return "" end
      position = 1
   end
   local token, path, body = lines[position]:match("^(%d*)\t([^\t]*)\t?(.*)$")
   local bearer = tokens[tonumber(token)]
   if bearer then wrk.headers["Authorization"] = "Bearer " .. bearer end
   if send_to ~= "" then path = send_to end
   if method == "POST" then
      wrk.headers["Idempotency-Key"] = "bench-" .. run .. "-" .. position
      return wrk.format(method, path, nil, body)
   end
   return wrk.format(method, path)
end

function response(status, _, body)
   ended = now()
   if status >= 200 and status < 300 then
      answered = answered + 1
   else
      refused = refused + 1
      if first_refusal == "" then
         first_refusal = status .. " " .. string.sub(string.gsub(body, "%s+", " "), 1, 300)
      end
   end
   if method == "POST" and answered + refused == #lines then wrk.thread:stop() end
end

function done(summary, latency)
   local ok, bad, rate, refusal = 0, 0, 0, ""
   for _, thread in ipairs(threads) do
      local count, seconds = thread:get("answered"), thread:get("ended") - thread:get("began")
      ok, bad = ok + count, bad + thread:get("refused")
      if seconds > 0 then rate = rate + count / seconds end
      if refusal == "" then refusal = thread:get("first_refusal") end
   end
   local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
   print(string.format("RESULT\t%.1f\t%.2f\t%.2f\t%d\t%d\t%s", rate, latency:percentile(50) / 1000,
      latency:percentile(99) / 1000, ok, bad + lost, refusal))
end
