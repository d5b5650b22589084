//! What the protocol calls errors: answers like others.

/// Why there are no records in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OaiError {
    BadVerb,
    BadArgument,
    BadResumptionToken,
    CannotDisseminateFormat,
    IdDoesNotExist,
    NoRecordsMatch,
    NoSetHierarchy,
}

// === impl OaiError ===

impl OaiError {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::BadVerb => "badVerb",
            Self::BadArgument => "badArgument",
            Self::BadResumptionToken => "badResumptionToken",
            Self::CannotDisseminateFormat => "cannotDisseminateFormat",
            Self::IdDoesNotExist => "idDoesNotExist",
            Self::NoRecordsMatch => "noRecordsMatch",
            Self::NoSetHierarchy => "noSetHierarchy",
        }
    }

    /// The words that the protocol explains the code with.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::BadVerb => {
                "Value of the verb argument is not a legal OAI-PMH verb, the verb argument is missing, or the verb argument is repeated."
            }
            Self::BadArgument => {
                "The request includes illegal arguments, is missing required arguments, includes a repeated argument, or values for arguments have an illegal syntax."
            }
            Self::BadResumptionToken => {
                "The value of the resumptionToken argument is invalid or expired."
            }
            Self::CannotDisseminateFormat => {
                "The metadata format identified by the value given for the metadataPrefix argument is not supported by the item or by the repository."
            }
            Self::IdDoesNotExist => {
                "The value of the identifier argument is unknown or illegal in this repository."
            }
            Self::NoRecordsMatch => {
                "The combination of the values of the from, until, set, and metadataPrefix arguments results in an empty list."
            }
            Self::NoSetHierarchy => "The repository does not support sets",
        }
    }

    /// Whether the request is none of the protocol.
    pub(crate) fn is_of_the_request(self) -> bool {
        matches!(self, Self::BadVerb | Self::BadArgument)
    }
}
