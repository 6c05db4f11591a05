use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::Phase;

/// What the engine does at this moment, for those who look from outside.
#[derive(Debug, Default)]
pub(super) struct Activity {
    running: AtomicU8,
    percent: AtomicU8,
    stopping: AtomicBool,
}

/// A cycle that is running, until this is dropped.
pub(super) struct Running<'a>(&'a Activity);

impl Activity {
    /// Claims the engine for a cycle, unless one is running.
    pub(super) fn begin(&self) -> Option<Running<'_>> {
        let claimed =
            self.running
                .compare_exchange(NOTHING, INITIAL, Ordering::AcqRel, Ordering::Acquire);
        claimed.ok()?;
        self.percent.store(0, Ordering::Release);
        self.stopping.store(false, Ordering::Release);
        Some(Running(self))
    }

    pub(super) fn enter(&self, phase: Phase) {
        let running = match phase {
            Phase::Initial => INITIAL,
            Phase::Incremental => INCREMENTAL,
        };
        self.running.store(running, Ordering::Release);
    }

    pub(super) fn advance(&self, percent: u8) {
        self.percent.store(percent, Ordering::Release);
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    pub(super) fn now(&self) -> (Option<Phase>, u8) {
        let phase = match self.running.load(Ordering::Acquire) {
            INITIAL => Some(Phase::Initial),
            INCREMENTAL => Some(Phase::Incremental),
            _ => None,
        };
        (phase, self.percent.load(Ordering::Acquire))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.store(NOTHING, Ordering::Release);
    }
}

const NOTHING: u8 = 0;
const INITIAL: u8 = 1;
const INCREMENTAL: u8 = 2;
