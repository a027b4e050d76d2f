"""The folder of wtc's state does not depend on the current folder."""

import os
import pwd

import pytest

from wtc.settings.settings import config_dir


@pytest.mark.parametrize("environment", [{}, {"HOME": ""}, {"HOME": "relative"}, {"HOME": "~"}])
def test_home_that_is_not_absolute_is_replaced_by_the_account_s(environment: dict[str, str]) -> None:
    assert config_dir(environment) == f"{pwd.getpwuid(os.getuid()).pw_dir}/.config/wtc"


def test_absolute_home_is_used() -> None:
    assert config_dir({"HOME": "/h"}) == "/h/.config/wtc"
