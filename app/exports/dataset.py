"""How does the whole database present itself to search engines of data? As a schema.org Dataset."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from app.exports.describe import ABOUT, CSVW_FILE, LICENCE, PACKAGE_FILE, TITLE

DATASET_FILE = "dataset.jsonld"


def dataset(
    address: str,
    version: int,
    *,
    documents: Sequence[tuple[str, str, str, date]],
    indicators: Sequence[str],
    regions: Sequence[str],
    days: tuple[date | None, date | None],
    licensed: bool,
) -> dict[str, Any]:
    """The database at this address: documents (title, publisher, address, day), names of indicators and regions, days.

    `licensed` says that all its documents are shipped ones: the licence is that of the shipped data.
    """
    exports = f"{address}/v1/exports"
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{address}/v1",
        "url": f"{address}/",
        "name": TITLE,
        "description": ABOUT,
        "version": str(version),
        **({"license": LICENCE["path"]} if licensed else {}),
        "isAccessibleForFree": True,
        "keywords": ["claims", "statistics", "provenance", "evidence"],
        "inLanguage": "en",
        "variableMeasured": list(indicators),
        "spatialCoverage": [{"@type": "Place", "name": name} for name in regions],
        **({"temporalCoverage": f"{days[0] or '..'}/{days[1] or '..'}"} if any(days) else {}),
        "isBasedOn": [_article(*each) for each in documents],
        "distribution": [
            _download(f"{exports}/package.zip", "application/zip", "All tables as CSV, with their descriptions"),
            _download(f"{exports}/{PACKAGE_FILE}", "application/json", "Data Package"),
            _download(f"{exports}/{CSVW_FILE}", "application/csvm+json", "CSV on the Web"),
            _download(f"{address}/v1/statements.csv", "text/csv", "Statements"),
            _download(f"{address}/v1/statements.json", "application/json", "Statements"),
        ],
    }


def _article(title: str, publisher: str, url: str, day: date) -> dict[str, Any]:
    issuer = {"@type": "Organization", "name": publisher}
    return {"@type": "Article", "headline": title, "url": url, "datePublished": day.isoformat(), "publisher": issuer}


def _download(url: str, media_type: str, name: str) -> dict[str, Any]:
    return {"@type": "DataDownload", "name": name, "contentUrl": url, "encodingFormat": media_type}


def as_data_block(described: dict[str, Any]) -> str:
    """A description as the text of a `<script type="application/ld+json">`: nothing in it can end the element."""
    text = json.dumps(described, ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
