from config.settings.testing import *  # noqa: F403
from config.settings.testing import env

SECRET_KEY = env("SECRET_KEY")
DEBUG = False
