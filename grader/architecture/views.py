"""Which modules of a project are its views: what answers requests, and what turns data into answers and back."""

from grader.architecture.modules import Class, Function, Module
from grader.architecture.project import Project

_VIEWS = ("View", "ViewSet", "GenericViewSet", "ViewSetMixin")
_SERIALIZERS = ("Serializer", "ModelSerializer", "HyperlinkedModelSerializer", "ListSerializer", "BaseSerializer")
_ADMINS = ("ModelAdmin", "TabularInline", "StackedInline")
_DECORATORS = ("api_view", "require_http_methods", "require_POST", "require_GET", "require_safe", "login_required")
_NINJA = (".get", ".post", ".put", ".patch", ".delete", ".api_operation")


def is_view(project: Project, one: Class) -> bool:
    """Whether a class answers requests: a view or a viewset of Django's or of REST framework's."""
    return any(_last(name).endswith(_VIEWS) and not is_model(project, one) for name in _others(project, one))


def is_serializer(project: Project, one: Class) -> bool:
    """Whether it is a serializer."""
    return any(_last(name).endswith(_SERIALIZERS) for name in _others(project, one))


def is_form(project: Project, one: Class) -> bool:
    """Whether it is a form."""
    return any(_last(name).endswith(("Form", "ModelForm")) for name in _others(project, one))


def is_admin(project: Project, one: Class) -> bool:
    """Whether it is a class of the admin."""
    return any(_last(name).endswith(_ADMINS) or name.endswith(".UserAdmin") for name in _others(project, one))


def is_model(project: Project, one: Class) -> bool:
    """Whether it is a model, a manager or a queryset: what belongs to the data, wherever it stands."""
    names = _others(project, one)
    return any(
        _last(name) in ("Model", "Manager", "QuerySet", "AbstractUser", "AbstractBaseUser", "BaseUserManager")
        or (_last(name).startswith("Abstract") and ".models." in name)
        for name in names
    )


def view_modules(project: Project) -> dict[str, Module]:
    """The modules that have a view, a viewset, a serializer, a form or a class of the admin, by their paths."""
    routed = _routed(project)
    return {path: module for path, module in project.modules.items() if _has_view(project, path, module, routed)}


def _has_view(project: Project, path: str, module: Module, routed: set[tuple[str, str]]) -> bool:
    for one in module.classes:
        if is_view(project, one) or is_serializer(project, one) or is_form(project, one) or is_admin(project, one):
            return True
    ninja = any(target.partition(".")[0] in ("ninja", "ninja_extra") for target in module.names.values())
    return any((path, one.name) in routed or _is_decorated(one, ninja) for one in module.functions if not one.cls)


def _is_decorated(one: Function, ninja: bool) -> bool:
    return any(_last(name) in _DECORATORS or (ninja and name.endswith(_NINJA)) for name in one.decorators)


def _routed(project: Project) -> set[tuple[str, str]]:
    """Path of the module and name of all that the URL configurations name."""
    configurations = (module for module in project.modules.values() if module.configures_urls)
    found = (project.resolve(name) for module in configurations for name in module.routes)
    return {one for one in found if one is not None}


def _others(project: Project, one: Class) -> tuple[str, ...]:
    return project.ancestors(one)[1]


def _last(name: str) -> str:
    return name.rpartition(".")[2]
