use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

/// Waits for a future on the calling thread.
///
/// It is right for futures that are woken by threads of their own, such as those of the memory and SQLite stores. One that needs a
/// reactor (PostgreSQL, sockets) must run on that reactor's runtime instead; here it would wait for ever.
///
/// ```
/// assert_eq!(scimkit_server::block_on(async { 6 * 7 }), 42);
/// ```
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    #[test]
    fn a_future_woken_by_another_thread_is_waited_for() {
        let (sender, receiver) = mpsc::channel::<std::task::Waker>();
        let mut polled = 0;
        let waker_thread = std::thread::spawn(move || receiver.recv().map(std::task::Waker::wake));
        let answer = super::block_on(std::future::poll_fn(|context| {
            polled += 1;
            if polled > 1 {
                return std::task::Poll::Ready(polled);
            }
            let _ = sender.send(context.waker().clone());
            std::task::Poll::Pending
        }));
        assert!(answer >= 2);
        waker_thread.join().unwrap().unwrap();
    }
}
