//! Network interfaces: the features `net_interface.N.…`.

use crate::{Features, System};

impl System {
    /// How many interfaces there are: the first N without a `net_interface.N.connection`.
    pub fn num_interfaces(&self) -> u32 {
        (0..)
            .find(|n| !self.features.has(&format!("net_interface.{n}.connection")))
            .unwrap_or(u32::MAX)
    }

    /// The id of the network that an interface connects to.
    pub fn interface_connection(&self, interface: u32) -> Option<&str> {
        self.interface(interface, "connection")
    }

    /// The interfaces that connect to a network, in order.
    pub fn interfaces_of(&self, network: &str) -> Vec<u32> {
        (0..self.num_interfaces())
            .filter(|n| self.interface_connection(*n) == Some(network))
            .collect()
    }

    /// The ids of the networks it connects to, in the order of the interfaces.
    pub fn connections(&self) -> Vec<&str> {
        (0..self.num_interfaces())
            .filter_map(|n| self.interface_connection(n))
            .collect()
    }

    /// The address of an interface.
    pub fn interface_ip(&self, interface: u32) -> Option<&str> {
        self.interface(interface, "ip")
    }

    /// Sets the address of an interface.
    pub fn set_interface_ip(&mut self, interface: u32, ip: &str) {
        self.set_interface(interface, "ip", ip);
    }

    /// The DNS name of an interface, in which `#N#` stands for the number of the machine.
    pub fn interface_dns_name(&self, interface: u32) -> Option<&str> {
        self.interface(interface, "dns_name")
    }

    /// Sets the DNS name of an interface.
    pub fn set_interface_dns_name(&mut self, interface: u32, name: &str) {
        self.set_interface(interface, "dns_name", name);
    }

    /// Further DNS names of an interface; a single text counts as a list of one.
    pub fn interface_additional_dns_names(&self, interface: u32) -> Vec<&str> {
        self.features
            .get_texts(&feature(interface, "additional_dns_names"))
    }

    /// Adds an interface behind the others and returns its number.
    pub fn add_interface(&mut self, network: &str) -> u32 {
        let interface = self.num_interfaces();
        self.set_interface(interface, "connection", network);
        interface
    }

    fn interface(&self, interface: u32, part: &str) -> Option<&str> {
        self.features.get_str(&feature(interface, part))
    }

    fn set_interface(&mut self, interface: u32, part: &str, value: &str) {
        Features::set_str(&mut self.features, &feature(interface, part), value);
    }
}

fn feature(interface: u32, part: &str) -> String {
    format!("net_interface.{interface}.{part}")
}
