//! What counts as an answer: the last checks, the same for every client and for recordings.

use serde_json::Value;

use super::{ClientError, Request, Tokens, schema};
use crate::text::line;

/// Bytes of prompt per token, at the least: if the server says it read fewer tokens than this allows for, it lost some.
const MOST_BYTES_PER_TOKEN: u64 = 10;
/// Bytes of prompt per token, at the most, for the estimate before asking. Source text has about 3.5.
const LEAST_BYTES_PER_TOKEN: u64 = 3;

/// Refuses a prompt that cannot fit, before it is sent: a server would cut off its beginning without a word.
pub(super) fn fits_context(request: &Request) -> Result<(), ClientError> {
    let estimate = prompt_bytes(request) / LEAST_BYTES_PER_TOKEN;
    let room = request.options.context.saturating_sub(u64::from(request.options.answer));
    if estimate <= room {
        return Ok(());
    }
    Err(ClientError::ContextOverflow { why: format!("about {estimate} tokens, and there is room for {room}") })
}

/// Compares what the server says it read with what was sent.
pub(super) fn was_read(request: &Request, tokens: Tokens) -> Result<(), ClientError> {
    if tokens.read == 0 {
        return Ok(()); // It does not say.
    }
    let least = prompt_bytes(request) / MOST_BYTES_PER_TOKEN;
    if tokens.read < least {
        let why =
            format!("the server read {} tokens of a prompt that has more than {least}; its beginning was cut off", tokens.read);
        return Err(ClientError::ContextOverflow { why });
    }
    Ok(())
}

fn prompt_bytes(request: &Request) -> u64 {
    (request.system.len() + request.messages.iter().map(|m| m.text.len()).sum::<usize>()) as u64
}

/// Is `text` what was asked for? Under a grammar the text is bare, otherwise JSON that fits the schema.
pub(super) fn content(text: &str, bare: bool, model: &str, request: &Request) -> Result<(), ClientError> {
    if bare {
        return Ok(());
    }
    let model = || line(model, 80);
    let body = unfenced(text);
    match serde_json::from_str::<Value>(body) {
        Ok(value) => match schema::misfit(&value, &request.schema) {
            None => Ok(()),
            Some(why) => Err(ClientError::Misfit { model: model(), why }),
        },
        Err(_) if declines(body) => Err(ClientError::Refusal { model: model(), start: line(body, 80) }),
        Err(e) => Err(ClientError::NotJson { model: model(), why: e.to_string(), start: line(body, 60) }),
    }
}

/// The text without the fence that models like to put around JSON.
pub(crate) fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let Some(rest) = text.strip_prefix("```") else { return text };
    let inner = rest.split_once('\n').map_or(rest, |(_, inner)| inner);
    inner.trim_end().strip_suffix("```").unwrap_or(inner).trim()
}

/// Prose in which a model says that it will not or cannot.
fn declines(text: &str) -> bool {
    let start: String = text.chars().take(200).collect::<String>().to_lowercase().replace('\u{2019}', "'");
    [
        "i'm sorry",
        "i am sorry",
        "i apologize",
        "i cannot",
        "i can't",
        "i can not",
        "i won't",
        "i'm unable",
        "i am unable",
        "as an ai",
        "unfortunately, i",
        "sorry, ",
    ]
    .iter()
    .any(|words| start.contains(words))
}
