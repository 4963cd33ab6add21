//! Asking: the request for a sample or a repair, and what came back.

use std::time::Instant;

use super::{End, Passage};
use crate::answer;
use crate::clients::{Answer, ClientError, Fault, Request};
use crate::door::{Door, Outcome};
use crate::gates::refused;
use crate::persona::{Found, Kind, Persona};
use crate::prompt::{Attempt, grammar, prompt, schema, sketch_grammar, sketch_prompt};
use crate::situation::{Refused, Situation};
use crate::state::Step;

/// Examples that the model is shown.
const MOST_EXAMPLES: usize = 2;
/// Refused methods that the model is told about.
const MOST_REFUSED: usize = 2;

impl Passage<'_> {
    /// Asks. The outer error ends the passage; the inner one is an answer of no use.
    pub(super) async fn ask(
        &mut self,
        sample: u32,
        failed: &[Attempt],
    ) -> Result<Result<(Request, Answer), (Request, ClientError)>, End> {
        self.step(Step::Asking);
        self.briefing.examples = self.examples(sample, failed);
        let request = self.request(sample, failed);
        let began = Instant::now();
        let Door { config, asker, account, .. } = &mut *self.door;
        let result = asker.ask(Persona::Alfred, &request, config, account).await;
        self.waited += began.elapsed();
        match result {
            Ok(answer) => {
                self.tokens.read += answer.tokens.read;
                self.tokens.written += answer.tokens.written;
                Ok(Ok((request, answer)))
            }
            Err(error) if error.fault() == Fault::Answer => Ok(Err((request, error))),
            Err(error) => {
                let before = self.door.asker.gone().filter(|g| **g != error).cloned();
                Err(Outcome::NoAnswer { error: Box::new(error), before: before.map(Box::new) })
            }
        }
    }

    /// Methods that may serve as examples: for a first question only those that were learned and resemble what is missing, so that
    /// the question is short and mostly the same; for every other one the best that there are, unless BABS has chosen.
    fn examples(&mut self, sample: u32, failed: &[Attempt]) -> Vec<Found> {
        let is_first = sample == 1 && failed.len() == self.refused_before().len();
        if is_first || self.briefing.research.is_some() {
            return self.door.library.resembling(&self.situation, MOST_EXAMPLES);
        }
        let found = self.door.library.find(&self.situation, 4 * MOST_EXAMPLES);
        found.into_iter().filter(|f| f.kind == Kind::Method).take(MOST_EXAMPLES).collect()
    }

    fn request(&self, sample: u32, failed: &[Attempt]) -> Request {
        let config = &self.door.config;
        let mut situation = Situation::clone(&self.situation);
        if !config.tell_values {
            situation.receiver.printed = None;
            situation.receiver.held.clear();
            situation.arguments.iter_mut().for_each(|a| a.printed = None);
        }
        let is_sketch = config.sketches.in_conversation(sample);
        let write = if is_sketch { sketch_prompt } else { prompt };
        let prompt = write(&situation, &self.at_name, failed, sample, &self.briefing);
        let key = match config.take {
            1 => prompt.key,
            take => format!("{}\nTake {take}", prompt.key),
        };
        let mut options = config.options.clone();
        // Who is asked the same again in the same way answers the same: small models repeat what they wrote, whatever is said of it.
        let asked_before = sample as i32 - 1 + (failed.len() - self.refused_before().len()) as i32;
        if asked_before > 0 {
            options.temperature = options.temperature.max(0.5);
            options.seed += asked_before;
        }
        Request {
            key,
            system: prompt.system,
            messages: prompt.messages,
            schema: schema(),
            is_sketch,
            grammar: if is_sketch { Some(sketch_grammar(&situation)) } else { grammar(&situation.selector) },
            options,
            deadlines: config.deadlines.clone(),
        }
    }

    /// What people have refused for this place stands at the beginning of the conversation, as an attempt that failed.
    pub(super) fn refused_before(&self) -> Vec<Attempt> {
        let here = self.situation.refused.iter().filter(|r| r.at == self.at_name);
        let attempt = |r: &Refused| Attempt { answer: answer::write(&r.source), findings: vec![refused::finding(r)] };
        let all: Vec<Attempt> = here.map(attempt).collect();
        let skip = all.len().saturating_sub(MOST_REFUSED);
        all.into_iter().skip(skip).collect()
    }
}
