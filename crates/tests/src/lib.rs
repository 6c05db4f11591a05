//! Tests that cross floors: they live in `tests/`. This library only makes the README's code a test.
#![cfg_attr(doctest, doc = include_str!("../../../README.md"))]
