//! im.cfg and the environment as typed, validated settings.
