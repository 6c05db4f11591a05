use std::collections::BTreeMap;

/// What the database held of something, and what it shall hold.
#[derive(Debug)]
pub(super) struct Tracked<K, V> {
    is: BTreeMap<K, V>,
    /// What was there of whatever was changed since.
    was: BTreeMap<K, Option<V>>,
}

impl<K: Clone + Ord, V: Clone + PartialEq> Tracked<K, V> {
    /// Notes what the database holds.
    pub(super) fn learn(&mut self, key: K, value: V) {
        self.is.insert(key, value);
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.is.get(key)
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.is.contains_key(key)
    }

    /// Everything from a key on, in order.
    pub(super) fn from(&self, key: K) -> impl Iterator<Item = (&K, &V)> {
        self.is.range(key..)
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        let before = self.is.insert(key.clone(), value);
        self.was.entry(key).or_insert(before);
    }

    pub(super) fn remove(&mut self, key: &K) {
        let before = self.is.remove(key);
        self.was.entry(key.clone()).or_insert(before);
    }

    /// What the database holds and shall not hold any more, or not like this.
    pub(super) fn gone(&self) -> impl Iterator<Item = &K> {
        let gone = self
            .was
            .iter()
            .filter(|(key, was)| was.is_some() && was.as_ref() != self.is.get(*key));
        gone.map(|(key, _)| key)
    }

    /// What it shall hold and does not, or not like this.
    pub(super) fn come(&self) -> impl Iterator<Item = (&K, &V)> {
        self.was.iter().filter_map(|(key, was)| {
            let (key, is) = self.is.get_key_value(key)?;
            (was.as_ref() != Some(is)).then_some((key, is))
        })
    }

    /// What it shall hold and did not hold at all.
    pub(super) fn new_keys(&self) -> impl Iterator<Item = &K> {
        let new = self
            .was
            .iter()
            .filter(|(key, was)| was.is_none() && self.is.contains_key(*key));
        new.map(|(key, _)| key)
    }
}

impl<K, V> Default for Tracked<K, V> {
    fn default() -> Self {
        Self {
            is: BTreeMap::new(),
            was: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_differences_are_left() {
        let mut tracked = Tracked::default();
        for key in ["kept", "moved", "gone", "back"] {
            tracked.learn(key, 1);
        }
        tracked.put("moved", 2);
        tracked.put("new", 1);
        tracked.put("new", 3);
        tracked.put("passing", 1);
        tracked.remove(&"passing");
        tracked.remove(&"gone");
        tracked.remove(&"back");
        tracked.put("back", 1);
        tracked.remove(&"never");
        assert_eq!(
            tracked.gone().copied().collect::<Vec<_>>(),
            ["gone", "moved"]
        );
        let come: Vec<_> = tracked.come().map(|(key, value)| (*key, *value)).collect();
        assert_eq!(come, [("moved", 2), ("new", 3)]);
        assert_eq!(tracked.new_keys().copied().collect::<Vec<_>>(), ["new"]);
        assert_eq!(tracked.get(&"kept"), Some(&1));
    }
}
