//! Disks: the features `disk.N.…`; disk 0 is the one with the operating system.

use crate::{Nested, Quantity, System};

impl System {
    /// The images that disk 0 may be made from, in order of preference. A single text counts as a list of one.
    pub fn disk_image_urls(&self) -> Vec<&str> {
        self.features.get_texts("disk.0.image.url")
    }

    /// Chooses the image of disk 0.
    pub fn set_disk_image_url(&mut self, url: &str) {
        self.features.set_str("disk.0.image.url", url);
    }

    /// The numbers of the disks, in ascending order, disk 0 included only if a feature names it.
    pub fn disks(&self) -> Vec<u32> {
        self.features.indices("disk")
    }

    /// The size of a disk.
    pub fn disk_size(&self, disk: u32) -> Option<&Quantity> {
        self.features.get_number(&format!("disk.{disk}.size"))
    }

    /// The size of a disk in bytes.
    pub fn disk_size_bytes(&self, disk: u32) -> Option<u64> {
        self.features.get_base(&format!("disk.{disk}.size"))
    }

    /// A text feature of a disk: `device`, `mount_path`, `fstype`, `image.url`, `os.name` and so on.
    pub fn disk_text(&self, disk: u32, part: &str) -> Option<&str> {
        self.features.get_str(&format!("disk.{disk}.{part}"))
    }

    /// The applications that disk 0 must have, in order.
    pub fn applications(&self) -> impl Iterator<Item = &Nested> {
        self.features.contained("disk.0.applications")
    }
}
