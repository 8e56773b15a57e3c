"""Reads answers of the market with models that hold what AYON's hold, and writes them again: nothing may be lost or changed."""

import json
import sys
from datetime import datetime
from typing import Dict, List, Literal, Optional, Union

from pydantic import BaseModel, ConfigDict


def camel(name):
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


class Model(BaseModel):
    # AYON passes over what it does not know; here it is an error.
    model_config = ConfigDict(alias_generator=camel, populate_by_name=True, extra="forbid")


class LinkModel(Model):
    type: Literal["homepage", "github", "documentation", "license"] = "homepage"
    label: Optional[str] = None
    url: str


class AddonListItem(Model):
    name: str
    title: str
    description: Optional[str] = None
    org_name: Optional[str] = None
    org_title: Optional[str] = None
    icon: Optional[str] = None
    tags: List[str]
    flags: List[str]
    latest_version: Optional[str] = None
    links: Optional[List[LinkModel]] = None
    available: bool = True
    current_production_version: Optional[str] = None
    current_latest_version: Optional[str] = None
    is_outdated: bool = False


class AddonList(Model):
    addons: List[AddonListItem]


class AddonVersionListItem(Model):
    version: str
    ayon_version: Optional[str] = None
    created_at: Optional[datetime] = None
    updated_at: Optional[datetime] = None
    is_compatible: Optional[bool] = None
    is_installed: Optional[bool] = None
    is_production: Optional[bool] = None


class AddonDetail(AddonListItem):
    versions: List[AddonVersionListItem]
    warning: Optional[str] = None


class AddonVersionDetail(AddonListItem):
    version: str
    url: Optional[str] = None
    alt_url: Optional[str] = None
    checksum: Optional[str] = None
    ayon_version: Optional[str] = None
    created_at: datetime
    updated_at: datetime
    is_installed: bool = False
    is_production: bool = False
    is_compatible: bool = False


class BaseReleaseInfo(Model):
    name: str
    label: str
    release: str
    description: str = ""
    icon: str = ""
    created_at: datetime
    mandatory_addons: List[str]


class ReleaseListItemModel(BaseReleaseInfo):
    is_latest: bool
    addons: List[str]


class ReleaseListModel(Model):
    releases: List[ReleaseListItemModel]
    detail: str = ""


class SourceModel(Model):
    type: Literal["server", "http"]
    url: Optional[str] = None


class BasePackageModel(Model):
    filename: str
    platform: Literal["windows", "linux", "darwin"]
    size: Optional[int] = None
    checksum: Optional[str] = None
    checksum_algorithm: Optional[Literal["md5", "sha1", "sha256"]] = None
    sources: List[SourceModel]
    python_version: Optional[str] = None
    distro_short: Optional[str] = None


class DependencyPackageManifest(BasePackageModel):
    installer_version: str
    source_addons: Dict[str, Optional[str]]
    python_modules: Dict[str, Union[str, Dict[str, str]]]


class InstallerManifest(BasePackageModel):
    version: str
    python_modules: Dict[str, Union[str, Dict[str, str]]]
    runtime_python_modules: Dict[str, str]


class ReleaseInfoModel(BaseReleaseInfo):
    addons: List[AddonVersionDetail]
    installers: Optional[List[InstallerManifest]] = None
    dependency_packages: Optional[List[DependencyPackageManifest]] = None


def moments(value):
    """The same with moments as numbers, since they may be written in several ways."""
    if isinstance(value, dict):
        return {key: moments(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [moments(inner) for inner in value]
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp() if "T" in value else value
    except (AttributeError, TypeError, ValueError):
        return value


def main():
    answers = json.load(open(sys.argv[1]))
    for answer in answers:
        model = globals()[answer["model"]]
        again = model(**answer["answer"]).model_dump(mode="json", by_alias=True)
        if moments(again) != moments(answer["answer"]):
            sys.exit(f"{answer['model']}: {again} is not {answer['answer']}")
    print(f"{len(answers)} answers are read and written again the same")


main()
