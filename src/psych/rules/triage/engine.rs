//! The engine: which rules fire on which evidence. Highest floor wins.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::{Evidence, FormStatus, ObservationFact, ScaleFact};
use super::proposal::{Fact, Fired, Proposal, Unused, WhyUnused};
use super::rules::{RuleId, Sign, TriageRules};
use crate::psych::rules::level::Level;

/// Weighs evidence. Whoever calls has checked that the signs are known; one that is not is taken for
/// an immediate sign, which errs on the safe side.
pub fn propose(rules: &TriageRules, evidence: &Evidence) -> Proposal {
    let mut weighing = Weighing { rules, evidence, fired: BTreeMap::new(), unused: Vec::new() };
    weighing.weigh_critical_items();
    let ordinary = weighing.weigh_observations();
    weighing.weigh_interview_and_history();
    let scales = weighing.weigh_scales();
    weighing.weigh_tiers(&ordinary);
    weighing.weigh_together(&scales, &ordinary);
    weighing.weigh_closed_case(&ordinary);
    weighing.name_what_was_too_little(&ordinary);
    weighing.proposal()
}

/// A sign that was reported lately and need not be reported at once.
struct Ordinary<'a> {
    observation: &'a ObservationFact,
    sign: &'a Sign,
}

impl Ordinary<'_> {
    fn fact(&self) -> Fact {
        Fact::sign(self.observation, &self.sign.name_zh)
    }
}

struct Weighing<'a> {
    rules: &'a TriageRules,
    evidence: &'a Evidence,
    fired: BTreeMap<RuleId, (Option<Level>, Vec<Fact>)>,
    unused: Vec<Unused>,
}

impl<'a> Weighing<'a> {
    fn fire(&mut self, id: RuleId, facts: impl IntoIterator<Item = Fact>) {
        let floor = self.rules.rule(id).and_then(|rule| rule.floor);
        self.fire_with(id, floor, facts);
    }

    fn fire_with(&mut self, id: RuleId, floor: Option<Level>, facts: impl IntoIterator<Item = Fact>) {
        let (standing, evidence) = self.fired.entry(id).or_default();
        *standing = (*standing).max(floor);
        for fact in facts {
            if !evidence.contains(&fact) {
                evidence.push(fact);
            }
        }
    }

    fn has_fired(&self, id: RuleId) -> bool {
        self.fired.contains_key(&id)
    }

    fn leave(&mut self, evidence: Fact, why: WhyUnused) {
        self.unused.push(Unused { evidence, why });
    }

    /// R1, R1b
    fn weigh_critical_items(&mut self) {
        let evidence = self.evidence;
        for critical in &evidence.critical {
            let is_grave = self.rules.figures.grave_kinds.contains(&critical.kind);
            self.fire(if is_grave { RuleId::R1 } else { RuleId::R1b }, [Fact::critical(critical)]);
        }
    }

    /// R2a, R2b; gives back the ordinary signs of the last days.
    fn weigh_observations(&mut self) -> Vec<Ordinary<'a>> {
        let (rules, evidence) = (self.rules, self.evidence);
        let mut ordinary = Vec::new();
        for observation in &evidence.observations {
            let sign = rules.signs.get(&observation.sign);
            let fact = Fact::sign(observation, sign.map_or("", |sign| &sign.name_zh));
            if observation.days > rules.observation_days {
                self.leave(fact, WhyUnused::TooOld);
                continue;
            }
            match sign {
                Some(sign) if !sign.is_immediate => {
                    if observation.is_danger {
                        self.leave(fact, WhyUnused::DangerWithoutSign);
                    }
                    ordinary.push(Ordinary { observation, sign });
                }
                _ => self.fire(if observation.is_danger { RuleId::R2a } else { RuleId::R2b }, [fact]),
            }
        }
        ordinary
    }

    /// R3, R4
    fn weigh_interview_and_history(&mut self) {
        match self.evidence.interview {
            Some(Level::L0) => self.leave(Fact::Interview { floor: Level::L0 }, WhyUnused::NoFloor),
            Some(floor) => self.fire_with(RuleId::R3, Some(floor), [Fact::Interview { floor }]),
            None => {}
        }
        let rules = self.rules;
        let (history, figures) = (self.evidence.history, &rules.figures);
        let attempt = history.attempt_days.map(|days| (Fact::Attempt { days }, days <= figures.attempt_days));
        let discharge =
            history.discharge_days.map(|days| (Fact::Discharge { days }, days <= figures.discharge_days));
        for (fact, is_recent) in [attempt, discharge].into_iter().flatten() {
            match is_recent {
                true => self.fire(RuleId::R4, [fact]),
                false => self.leave(fact, WhyUnused::TooOld),
            }
        }
    }

    /// R5a, R5b, R5c, R11, and R8, R9; gives back the scales that count.
    fn weigh_scales(&mut self) -> Vec<&'a ScaleFact> {
        let valid = self.valid_scales();
        let positive: Vec<&ScaleFact> =
            valid.iter().copied().filter(|scale| self.is_positive(scale)).collect();
        let has_second_stage =
            self.evidence.interview.is_some() || valid.iter().any(|scale| scale.is_second_stage);
        let all_screeners = positive.iter().all(|scale| self.rules.is_screener(&scale.instrument));
        if !positive.is_empty() && all_screeners && !has_second_stage {
            self.fire(RuleId::R11, positive.into_iter().map(Fact::scale));
            return Vec::new();
        }
        let rules = self.rules;
        let figures = &rules.figures;
        let facts = |least: i64, most: i64| -> Vec<Fact> {
            let within = positive.iter().filter(|scale| (least..=most).contains(&scale.attention));
            within.map(|scale| Fact::scale(scale)).collect()
        };
        let severe = facts(figures.severe_attention, i64::MAX);
        let mild = facts(figures.positive_attention, figures.severe_attention - 1);
        let agreeing: Vec<&ScaleFact> =
            positive.iter().copied().filter(|scale| scale.attention >= figures.agreeing_attention).collect();
        let constructs: BTreeSet<&str> = agreeing.iter().map(|scale| scale.construct.as_str()).collect();
        let informants: BTreeSet<&str> = agreeing.iter().map(|scale| scale.informant.as_str()).collect();
        let sources = constructs.len().max(informants.len());
        for (id, facts) in [(RuleId::R5a, severe), (RuleId::R5b, mild)] {
            if !facts.is_empty() {
                self.fire(id, facts);
            }
        }
        if sources >= figures.agreeing_sources {
            self.fire(RuleId::R5c, agreeing.into_iter().map(Fact::scale));
        }
        positive
    }

    /// Scales that were scored and are not too old; the others are left with their reason.
    fn valid_scales(&mut self) -> Vec<&'a ScaleFact> {
        let evidence = self.evidence;
        let mut valid = Vec::new();
        for scale in &evidence.scales {
            let fact = Fact::scale(scale);
            if scale.days > self.rules.scale_days {
                self.leave(fact, WhyUnused::TooOld);
                continue;
            }
            match scale.status {
                FormStatus::Scored => {
                    if !self.is_positive(scale) {
                        self.leave(fact, WhyUnused::BelowAttention);
                    }
                    valid.push(scale);
                }
                FormStatus::Doubtful => {
                    self.fire(RuleId::R8, [fact.clone()]);
                    self.leave(fact, WhyUnused::Doubtful);
                }
                FormStatus::Incomplete | FormStatus::Declined | FormStatus::Expired => {
                    self.fire(RuleId::R9, [fact.clone()]);
                    self.leave(fact, WhyUnused::NotFinished);
                }
            }
        }
        valid
    }

    fn is_positive(&self, scale: &ScaleFact) -> bool {
        let figures = &self.rules.figures;
        scale.attention >= figures.positive_attention.min(figures.screener_attention)
    }

    /// R6a, R6b
    fn weigh_tiers(&mut self, ordinary: &[Ordinary<'_>]) {
        let rules = self.rules;
        let figures = &rules.figures;
        let tiers: BTreeSet<_> = ordinary.iter().map(|seen| seen.sign.tier).collect();
        if tiers.len() >= figures.tiers {
            self.fire(RuleId::R6a, ordinary.iter().map(Ordinary::fact));
        }
        for tier in tiers {
            let own: Vec<&Ordinary<'_>> = ordinary.iter().filter(|seen| seen.sign.tier == tier).collect();
            let codes: BTreeSet<&str> = own.iter().map(|seen| seen.sign.code.as_str()).collect();
            if codes.len() >= figures.signs {
                self.fire(RuleId::R6b, own.iter().map(|seen| seen.fact()));
            }
            for code in codes {
                let reports: Vec<&&Ordinary<'_>> = own.iter().filter(|seen| seen.sign.code == code).collect();
                if reports.len() >= figures.reports {
                    self.fire(RuleId::R6b, reports.iter().map(|seen| seen.fact()));
                }
            }
        }
    }

    /// R7, R7b
    fn weigh_together(&mut self, scales: &[&ScaleFact], ordinary: &[Ordinary<'_>]) {
        let scale_facts = || scales.iter().map(|scale| Fact::scale(scale));
        let (r5a, r5b, r5c) =
            (self.has_fired(RuleId::R5a), self.has_fired(RuleId::R5b), self.has_fired(RuleId::R5c));
        if (r5a || r5c) && self.has_fired(RuleId::R6a) {
            self.fire(RuleId::R7, scale_facts().chain(ordinary.iter().map(Ordinary::fact)));
        }
        let immediate = [RuleId::R2a, RuleId::R2b].iter().filter_map(|id| self.fired.get(id));
        let immediate: Vec<Fact> = immediate.flat_map(|(_, facts)| facts.clone()).collect();
        if (r5a || r5b) && !(ordinary.is_empty() && immediate.is_empty()) {
            self.fire(RuleId::R7b, scale_facts().chain(immediate).chain(ordinary.iter().map(Ordinary::fact)));
        }
    }

    /// R10: anything that speaks for a need is a new signal, also what is too little by itself.
    fn weigh_closed_case(&mut self, ordinary: &[Ordinary<'_>]) {
        let Some(days) = self.evidence.history.closed_days else { return };
        let fact = Fact::ClosedCase { days };
        if days >= self.rules.figures.closed_days {
            return self.leave(fact, WhyUnused::TooOld);
        }
        let has_level = self.fired.values().any(|(floor, _)| floor.is_some());
        let looks_again = |unused: &&Unused| {
            matches!(&unused.evidence, Fact::Scale { attention, .. } if *attention > 0)
                && unused.why == WhyUnused::BelowAttention
        };
        let mut new: Vec<Fact> = ordinary.iter().map(Ordinary::fact).collect();
        new.extend(self.unused.iter().filter(looks_again).map(|unused| unused.evidence.clone()));
        if has_level || !new.is_empty() {
            self.unused.retain(|unused| !new.contains(&unused.evidence));
            self.fire(RuleId::R10, [fact].into_iter().chain(new));
        } else {
            self.leave(fact, WhyUnused::NothingNew);
        }
    }

    fn name_what_was_too_little(&mut self, ordinary: &[Ordinary<'_>]) {
        for seen in ordinary {
            let fact = seen.fact();
            let is_used = self.fired.values().any(|(_, facts)| facts.contains(&fact));
            let is_named = self.unused.iter().any(|unused| unused.evidence == fact);
            if !is_used && !is_named {
                self.leave(fact, WhyUnused::TooFew);
            }
        }
    }

    /// The highest floor, R12, and everything in the order in which the rules are told.
    fn proposal(mut self) -> Proposal {
        let own = self.fired.values().filter_map(|(floor, _)| *floor).max().unwrap_or(Level::L0);
        if let Some(level) = self.evidence.human_level {
            let fact = Fact::HumanLevel { level };
            match level > own {
                true => self.fire_with(RuleId::R12, Some(level), [fact]),
                false => self.leave(fact, WhyUnused::NotHigher),
            }
        }
        let level = own.max(self.evidence.human_level.unwrap_or(Level::L0));
        let retest = self.has_fired(RuleId::R8).then_some(self.rules.figures.retest_days);
        let to_former_owner = self.has_fired(RuleId::R10);
        let mut fired = Vec::new();
        let rules = self.rules;
        for rule in &rules.rules {
            if let Some((floor, evidence)) = self.fired.remove(&rule.id) {
                fired.push(Fired { rule: rule.id, floor, text: rule.text.clone(), evidence });
            }
        }
        Proposal {
            level,
            label_zh: self.rules.label_zh(level).to_owned(),
            fired,
            unused: self.unused,
            retest_days: retest,
            to_former_owner,
            rules_version: self.rules.version.clone(),
        }
    }
}
