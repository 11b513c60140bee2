"""What the presence flow says of a person who studies, in the few words that the study needs."""
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from core import presence
from core.base.db import Id
from core.base.errors import Refused
from core.course.subjects import Subject
from core.tenancy import Ctx
