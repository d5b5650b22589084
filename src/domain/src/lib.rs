//! Infrastructures, virtual machines, their states and their serialised form.
