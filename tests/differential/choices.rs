//! Random decisions that can be written down, made again, and made simpler: what a case is shrunk by.

use fastrand::Rng;

/// A source of decisions. Of each, 0 is the simplest outcome; what is replayed goes on with 0.
#[derive(Debug)]
pub struct Choices {
    random: Option<Rng>,
    given: Vec<u32>,
    next: usize,
}

impl Choices {
    /// New decisions.
    pub fn random(seed: u64) -> Self {
        Choices {
            random: Some(Rng::with_seed(seed)),
            given: Vec::new(),
            next: 0,
        }
    }

    /// Decisions made before.
    pub fn replayed(given: Vec<u32>) -> Self {
        Choices {
            random: None,
            given,
            next: 0,
        }
    }

    /// The decisions made so far.
    pub fn into_given(mut self) -> Vec<u32> {
        self.given.truncate(self.next);
        self.given
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        if let (Some(random), true) = (&mut self.random, self.next == self.given.len()) {
            self.given.push(random.u32(..bound));
        }
        let choice = self.given.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        choice % bound
    }

    /// Whether something happens that happens in `percent` of all cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len() as u32) as usize]
    }
}

/// The fewest and smallest decisions that are found with which something still `fails`.
pub fn shrunk(mut choices: Vec<u32>, mut fails: impl FnMut(&[u32]) -> bool) -> Vec<u32> {
    let mut tries = 2_000;
    let mut attempt = |candidate: Vec<u32>, choices: &mut Vec<u32>| {
        if tries == 0 || candidate == *choices {
            return false;
        }
        tries -= 1;
        let is_better = fails(&candidate);
        if is_better {
            *choices = candidate;
        }
        is_better
    };
    loop {
        let before = choices.clone();
        for width in [32, 16, 8, 4, 2, 1] {
            let mut at = 0;
            while at < choices.len() {
                let end = (at + width).min(choices.len());
                let mut shorter = choices.clone();
                shorter.drain(at..end);
                if !attempt(shorter, &mut choices) {
                    at += width;
                }
            }
        }
        for at in 0..choices.len() {
            for smaller in [0, choices[at] / 2, choices[at].saturating_sub(1)] {
                let mut candidate = choices.clone();
                if at < candidate.len() && smaller < candidate[at] {
                    candidate[at] = smaller;
                    if attempt(candidate, &mut choices) {
                        break;
                    }
                }
            }
        }
        if choices == before {
            return choices;
        }
    }
}
