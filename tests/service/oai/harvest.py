"""Harvests a repository with Sickle, and prints what it found as JSON: harvest.py URL GET|POST"""

import json
import sys

from sickle import Sickle
from sickle.oaiexceptions import IdDoesNotExist, NoRecordsMatch, NoSetHierarchy

sickle = Sickle(sys.argv[1], http_method=sys.argv[2])
identify = sickle.Identify()
headers = list(sickle.ListIdentifiers(metadataPrefix="oai_dc"))
errors = []
for question in (
    lambda: sickle.GetRecord(identifier="none", metadataPrefix="oai_dc"),
    lambda: list(sickle.ListRecords(**{"metadataPrefix": "oai_dc", "from": "2999-01-01"})),
    lambda: list(sickle.ListSets()),
):
    try:
        question()
    except (IdDoesNotExist, NoRecordsMatch, NoSetHierarchy) as error:
        errors.append(type(error).__name__)
print(
    json.dumps(
        {
            "name": identify.repositoryName,
            "base": identify.baseURL,
            "granularity": identify.granularity,
            "formats": [form.metadataPrefix for form in sickle.ListMetadataFormats()],
            "identifiers": [header.identifier for header in headers],
            "records": {
                form: len(list(sickle.ListRecords(metadataPrefix=form)))
                for form in ("oai_dc", "oai_openaire", "oai_datacite")
            },
            "first": sickle.GetRecord(identifier=headers[0].identifier, metadataPrefix="oai_dc").metadata,
            "late": [
                header.identifier
                for header in sickle.ListIdentifiers(**{"metadataPrefix": "oai_dc", "from": "2024-01-01"})
            ],
            "errors": errors,
        }
    )
)
