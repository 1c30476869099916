"""papermill's engine for Cellar's notebooks; importing it registers the TypeScript translator for every engine."""

from papermill.engines import NBClientEngine
from papermill.translators import papermill_translators

from .typescript_translator import TypeScriptTranslator

KERNEL = "cellar"
LANGUAGE = "typescript"

for key in (KERNEL, LANGUAGE):
    papermill_translators.register(key, TypeScriptTranslator)


class CellarEngine(NBClientEngine):
    """Runs a notebook that does not say what it is as a Cellar notebook; else as papermill's own engine does."""

    @classmethod
    def nb_kernel_name(cls, nb, name=None):
        return name or nb.metadata.get("kernelspec", {}).get("name") or KERNEL

    @classmethod
    def nb_language(cls, nb, language=None):
        named = nb.metadata.get("language_info", {}).get("name") or nb.metadata.get("kernelspec", {}).get("language")
        return language or named or LANGUAGE
