//! The option `MAX_INF_VMS`.

use im_radl::Radl;

use crate::{Error, ErrorKind};

/// How many machines a document asks for, if an infrastructure that has `present` ones may get that many.
///
/// # Errors
/// `TooLarge`, with the limit. Nothing was made yet, whatever the number.
pub(crate) fn requested_machines(
    document: &Radl,
    present: usize,
    max_inf_vms: usize,
) -> Result<usize, Error> {
    let wanted = document
        .deploys
        .iter()
        .try_fold(0_u64, |sum, deploy| sum.checked_add(deploy.count()?))
        .and_then(|wanted| usize::try_from(wanted).ok());
    match wanted {
        Some(wanted) if wanted.saturating_add(present) <= max_inf_vms || wanted == 0 => Ok(wanted),
        _ => Err(Error::new(
            ErrorKind::TooLarge,
            format!(
                "An infrastructure may have at most {max_inf_vms} machines (MAX_INF_VMS), and there would be more."
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_beyond_all_bounds_is_refused_like_any_other() {
        let document = |deploys: &str| Radl::parse(&format!("system s ()\n{deploys}")).unwrap();
        assert_eq!(
            requested_machines(&document("deploy s 3\n"), 2, 5).unwrap(),
            3
        );
        for deploys in [
            "deploy s 4\n",
            "deploy s 999999999999999999999999\n",
            "deploy s 18446744073709551615\ndeploy s 1\n",
        ] {
            let error = requested_machines(&document(deploys), 2, 5).unwrap_err();
            assert!(error.message.contains("MAX_INF_VMS"), "{deploys}");
        }
    }
}
