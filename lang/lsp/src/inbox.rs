//! Messages that came and were not handled yet.
//!
//! What must stay true: they are handled in the order in which they came, but for cancellations, which are seen at once and take the request
//! that they mean out of the line.

use std::collections::VecDeque;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use lsp_server::{Message, Notification, RequestId};

/// What there is to do next.
pub(crate) enum Next {
    /// A message.
    Message(Message),
    /// A request that nobody wants to be answered any more; it was not begun yet, or else may be under way.
    Cancelled { id: RequestId, was_waiting: bool },
    /// Nothing came in the time.
    Silence,
    /// Nothing will come.
    End,
}

/// See the module's comment.
pub(crate) struct Inbox {
    receiver: Receiver<Message>,
    waiting: VecDeque<Message>,
    cancelled: VecDeque<(RequestId, bool)>,
}

impl Inbox {
    pub(crate) fn new(receiver: Receiver<Message>) -> Self {
        Self { receiver, waiting: VecDeque::new(), cancelled: VecDeque::new() }
    }

    /// The next message; waits for one, as long as it is told to.
    pub(crate) fn next(&mut self, wait: Option<Duration>) -> Next {
        self.look();
        if let Some((id, was_waiting)) = self.cancelled.pop_front() {
            return Next::Cancelled { id, was_waiting };
        }
        if let Some(message) = self.waiting.pop_front() {
            return Next::Message(message);
        }
        let came = match wait {
            None => self.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(time) => self.receiver.recv_timeout(time),
        };
        match came {
            Ok(message) => {
                self.put(message);
                self.next(Some(Duration::ZERO))
            }
            Err(RecvTimeoutError::Timeout) => Next::Silence,
            Err(RecvTimeoutError::Disconnected) => Next::End,
        }
    }

    /// Takes in everything that has come.
    pub(crate) fn look(&mut self) {
        while let Ok(message) = self.receiver.try_recv() {
            self.put(message);
        }
    }

    /// Whether something waits to be handled.
    pub(crate) fn is_waiting(&mut self) -> bool {
        self.look();
        !(self.waiting.is_empty() && self.cancelled.is_empty())
    }

    fn put(&mut self, message: Message) {
        match cancellation(&message) {
            Some(id) => {
                let at = self.waiting.iter().position(|m| matches!(m, Message::Request(r) if r.id == id));
                let was_waiting = at.and_then(|at| self.waiting.remove(at)).is_some();
                self.cancelled.push_back((id, was_waiting));
            }
            None => self.waiting.push_back(message),
        }
    }
}

fn cancellation(message: &Message) -> Option<RequestId> {
    let Message::Notification(Notification { method, params }) = message else { return None };
    if method != "$/cancelRequest" {
        return None;
    }
    serde_json::from_value(params.get("id")?.clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lsp_server::Request;
    use serde_json::json;

    #[test]
    fn what_is_cancelled_is_not_done() {
        let (send, receive) = crossbeam_channel::unbounded();
        let request = |id: i32| Message::Request(Request::new(id.into(), "x".into(), json!({})));
        let cancel = Message::Notification(Notification::new("$/cancelRequest".into(), json!({ "id": 2 })));
        [request(1), request(2), request(3), cancel].into_iter().for_each(|m| send.send(m).expect("sent"));
        let mut inbox = Inbox::new(receive);
        let mut seen = Vec::new();
        loop {
            match inbox.next(Some(Duration::ZERO)) {
                Next::Message(Message::Request(r)) => seen.push(format!("{}", r.id)),
                Next::Cancelled { id, was_waiting } => seen.push(format!("not {id} {was_waiting}")),
                Next::Silence => break,
                _ => seen.push("?".into()),
            }
        }
        assert_eq!(seen, ["not 2 true", "1", "3"]);
    }
}
