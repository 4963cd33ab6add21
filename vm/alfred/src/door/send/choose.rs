//! The choice among candidates that have passed: by what they do, not by who says so.

use super::{End, Passage, Survivor};
use crate::candidates::{Observation, clusters, confidence, difference, simplest};
use crate::door::Outcome;
use crate::door::record::Agreement;
use crate::state::Step;

impl Passage<'_> {
    /// The candidate to be installed; it is the machine's candidate afterwards.
    pub(super) async fn choose(&mut self, mut survivors: Vec<Survivor>) -> Result<Survivor, End> {
        let wanted = self.door.config.candidates.max(1) as usize;
        if wanted == 1 {
            return Ok(survivors.remove(0));
        }
        self.step(Step::Clustering);
        let mut behaviours = Vec::new();
        for survivor in &survivors {
            behaviours.push(self.behaviour(&survivor.candidate.source).await?);
        }
        let clusters = clusters(&behaviours);
        let (share, threshold) = (confidence(&clusters, wanted), self.door.config.threshold);
        if share < threshold {
            self.step(Step::Abstained);
            let other = clusters.get(1).and_then(|c| difference(&behaviours[clusters[0].members[0]], &behaviours[c.members[0]]));
            return Err(Outcome::Abstained { candidates: survivors.len(), confidence: share, threshold, difference: other });
        }
        let largest = &clusters[0];
        let inputs = behaviours[largest.members[0]].len();
        let said = format!("{} of {wanted} candidates do the same on {inputs} inputs", largest.members.len());
        let sizes = clusters.iter().map(|c| c.members.len()).collect();
        self.agreement = Some(Agreement { said, share, sizes });
        let sources: Vec<&str> = survivors.iter().map(|s| s.candidate.source.as_str()).collect();
        let chosen = survivors.remove(simplest(largest, &sources));
        self.make_current(&chosen.candidate.source).await?;
        Ok(chosen)
    }

    /// What a candidate does with the send's values, with others made from them, and with ROBIN's examples.
    async fn behaviour(&mut self, source: &str) -> Result<Vec<Observation>, End> {
        self.make_current(source).await?;
        let at = self.at;
        let mut seen = self.timed(|w| w.observe(at)).await?;
        let calls = self.exams.calls();
        if !calls.is_empty() {
            let endings = self.timed(|w| w.evaluate(Some(at), calls.clone())).await?;
            let observed = |(input, ending)| Observation { input, ending, changes: Vec::new() };
            seen.extend(calls.into_iter().zip(endings).map(observed));
        }
        Ok(seen)
    }

    /// Makes a method the machine's candidate. It has been compiled before.
    pub(super) async fn make_current(&mut self, source: &str) -> Result<(), End> {
        let source = source.to_string();
        let candidates = self.trail.candidates();
        let compiled = self.timed(|w| w.compile(source)).await?;
        compiled.map_err(|findings| Outcome::NotLearned { candidates, findings })
    }
}
