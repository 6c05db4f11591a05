use std::process::Command;

/// Ends this process as a power cut would: with SIGKILL, at once, and without a last word.
pub fn die() -> ! {
    let _ = Command::new("kill")
        .args(["-9", &std::process::id().to_string()])
        .status();
    // Where there is no `kill`, an abort runs no destructors either.
    std::process::abort()
}
