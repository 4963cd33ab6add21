//! The other personas: BRICK takes the task apart, ROBIN finds the intent and writes tests, BABS does the research. What they
//! say goes to ALFRED, and ROBIN's examples to the tests.
//!
//! What must stay true: each is asked with its own input alone; one that cannot be asked, or has nothing to say, is done
//! without, and the account says so if it could not be asked; a budget that is used up ends the send as anywhere else.

use std::time::Instant;

use super::{End, Passage};
use crate::cassette::key;
use crate::chronicle::entry::{PersonaRecord, Sampling};
use crate::clients::{Fault, Message, Request, Role};
use crate::door::{Door, Outcome};
use crate::persona::{Persona, babs, brick, robin};
use crate::state::Step;
use crate::text::clean;

/// Tokens of an answer. (What they say is short.)
const ANSWER: u32 = 500;
/// Characters of an answer that is written down.
const MOST_ANSWER: usize = 4000;

impl Passage<'_> {
    /// Asks all three.
    pub(super) async fn cascade(&mut self) -> Result<(), End> {
        self.cascaded = true;
        let site = brick::Site::of(&self.situation);
        let said = self.ask_persona(Persona::Brick, Step::Deconstructing, site.question()).await?;
        self.briefing.task = said.as_deref().and_then(brick::read);
        if self.briefing.intent.is_none() {
            self.intend().await?;
        }
        self.research().await
    }

    /// Asks ROBIN, whose examples become tests.
    pub(super) async fn intend(&mut self) -> Result<(), End> {
        let intent = robin::Intent::of(&self.situation);
        let said = self.ask_persona(Persona::Robin, Step::Intending, intent.question()).await?;
        let Some(intention) = said.as_deref().and_then(robin::read) else { return Ok(()) };
        self.add_examples(&intention).await?;
        self.briefing.intent = Some(intention);
        Ok(())
    }

    /// Asks BABS, if there is anything to choose from.
    async fn research(&mut self) -> Result<(), End> {
        let found = self.door.library.find(&self.situation, babs::MOST_FOUND);
        if found.is_empty() {
            return Ok(());
        }
        let question = babs::Question::of(&self.situation, found);
        let said = self.ask_persona(Persona::Babs, Step::Researching, question.text()).await?;
        self.briefing.research = said.as_deref().and_then(|answer| question.read(answer));
        Ok(())
    }

    async fn ask_persona(&mut self, persona: Persona, step: Step, question: String) -> Result<Option<String>, End> {
        self.door.asker.check(&self.door.config).map_err(Outcome::Refused)?;
        self.step(step);
        let request = self.persona_request(persona, question);
        let began = Instant::now();
        let Door { config, asker, account, .. } = &mut *self.door;
        let result = asker.ask(persona, &request, config, account).await;
        self.waited += began.elapsed();
        match result {
            Ok(answer) => {
                self.tokens.read += answer.tokens.read;
                self.tokens.written += answer.tokens.written;
                self.trail.personas.push(PersonaRecord {
                    persona,
                    model: answer.model.clone(),
                    digest: answer.digest.clone(),
                    question: key(&request.key),
                    sampling: Sampling::from(&request.options),
                    answer: clean(&answer.text, MOST_ANSWER),
                    tokens: answer.tokens,
                });
                Ok(Some(answer.text))
            }
            Err(error) => {
                if error.fault() != Fault::Answer {
                    self.door.account.note(format!("{} was not asked: {error}", persona.name()));
                }
                Ok(None)
            }
        }
    }

    fn persona_request(&self, persona: Persona, question: String) -> Request {
        let config = &self.door.config;
        let mut options = config.options.clone();
        options.answer = options.answer.min(ANSWER);
        let take = if config.take > 1 { format!("\nTake {}", config.take) } else { String::new() };
        Request {
            key: format!("{}\n{question}{take}", persona.name()),
            system: persona.duties().into(),
            messages: vec![Message { role: Role::User, text: question }],
            schema: persona.schema(),
            is_sketch: false,
            grammar: None,
            options,
            deadlines: config.deadlines.clone(),
        }
    }
}
