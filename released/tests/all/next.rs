//! Forms of a later release, which this one reads already.
