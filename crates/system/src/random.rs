use scimkit_schema::Random;

/// The random numbers of the operating system, good enough for secrets.
///
/// ```
/// use scimkit_schema::Random;
/// use scimkit_system::SystemRandom;
///
/// let mut bytes = [0; 16];
/// SystemRandom.fill(&mut bytes);
/// assert_ne!(bytes, [0; 16]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// When the operating system has no random numbers to give: a secret made without them would be worse than a stop.
    #[expect(
        clippy::expect_used,
        reason = "going on with bytes that are not random would hand out guessable secrets"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random numbers");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_filled_and_no_two_draws_are_equal() {
        let mut draws = [[0; 64]; 64];
        for draw in &mut draws {
            SystemRandom.fill(draw);
        }
        for place in 0..64 {
            assert!(draws.iter().any(|draw| draw[place] != 0), "byte {place}");
        }
        assert_ne!(draws[0], draws[1]);
    }
}
