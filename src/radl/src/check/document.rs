//! The check of whole documents and of all sentences but systems.

use super::rule::{Rule, check_feature};
use super::{system, yaml};
use crate::{
    AnsibleHost, CheckError, Configure, Contextualize, Deploy, Features, Line, Network, Number,
    Radl, VmNumber,
};

/// Checks a document.
pub(crate) fn document(radl: &Radl) -> Result<(), CheckError> {
    radl.networks.values().try_for_each(|it| network(it))?;
    radl.ansible_hosts
        .values()
        .try_for_each(|it| ansible_host(it))?;
    radl.systems
        .values()
        .try_for_each(|it| system::system(radl, &it.features))?;
    radl.deploys.iter().try_for_each(|it| deploy(radl, it))?;
    radl.configures.values().try_for_each(|it| configure(it))?;
    radl.contextualize
        .iter()
        .try_for_each(|it| contextualize(radl, it))
}

/// An error at a line.
pub(super) fn error(line: Line, message: impl Into<String>) -> CheckError {
    CheckError {
        message: message.into(),
        line: line.number(),
    }
}

fn network(network: &Network) -> Result<(), CheckError> {
    features_of_network(&network.features)
}

fn features_of_network(features: &Features) -> Result<(), CheckError> {
    features
        .softs()
        .iter()
        .try_for_each(|soft| features_of_network(&soft.features))?;
    for (name, feature) in features.iter() {
        match &**name {
            "outbound" => check_feature(name, feature, &Rule::one_of(&["YES", "NO"]))?,
            "outports" => {
                check_feature(name, feature, &Rule::text())?;
                if feature
                    .as_str()
                    .is_none_or(|text| crate::outports::parse(text).is_err())
                {
                    return Err(error(
                        feature.line(),
                        "Invalid value in property 'outports'",
                    ));
                }
            }
            "provider_id" => check_feature(name, feature, &Rule::text())?,
            _ => {}
        }
    }
    Ok(())
}

fn ansible_host(host: &AnsibleHost) -> Result<(), CheckError> {
    for (name, feature) in host.features.iter() {
        if matches!(
            &**name,
            "host" | "credentials.username" | "credentials.password" | "credentials.private_key"
        ) {
            check_feature(name, feature, &Rule::text())?;
        }
    }
    for needed in ["host", "credentials.username"] {
        if !host.features.has(needed) {
            return Err(error(
                host.line,
                format!("Ansible host must have a {needed}"),
            ));
        }
    }
    if !host.features.has("credentials.password") && !host.features.has("credentials.private_key") {
        let message = "Ansible host must have a credentials.password or credentials.private_key";
        return Err(error(host.line, message));
    }
    Ok(())
}

fn deploy(radl: &Radl, deploy: &Deploy) -> Result<(), CheckError> {
    match &deploy.vm_number {
        VmNumber::Number(number) if number.compare(&Number::Int(0)).is_lt() => Err(error(
            deploy.line,
            "Invalid number of virtual machines to deploy.",
        )),
        VmNumber::Text(text) => {
            let message = format!(
                "The number of virtual machines to deploy is the text '{text}'; expected a number."
            );
            Err(error(deploy.line, message))
        }
        _ if !radl.systems.contains_key(&deploy.system) => {
            Err(error(deploy.line, "Invalid system id in the deploy."))
        }
        VmNumber::Number(_) => Ok(()),
    }
}

fn configure(configure: &Configure) -> Result<(), CheckError> {
    let Some(recipe) = &configure.recipe else {
        return Ok(());
    };
    yaml(recipe).map_err(|found| error(configure.line, format!("Invalid YAML code: {found}.")))
}

fn contextualize(radl: &Radl, block: &Contextualize) -> Result<(), CheckError> {
    if block
        .max_time
        .as_ref()
        .is_some_and(|time| !time.is_int() || time.compare(&Number::Int(0)).is_lt())
    {
        return Err(error(Line::NONE, "Invalid 'max time' in 'contextualize'"));
    }
    for item in block.items.values() {
        if !radl.systems.contains_key(&item.system) {
            return Err(error(
                item.line,
                format!("Invalid system id '{}'", item.system),
            ));
        }
        if !radl.configures.contains_key(&item.configure) {
            return Err(error(
                item.line,
                format!("Invalid configure id '{}'", item.configure),
            ));
        }
    }
    Ok(())
}
