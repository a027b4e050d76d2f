"""Find the inputs of a build: the hash of its context and options, and the base images of its Dockerfile."""

from wtc.engine.images.base_images import base_images
from wtc.engine.images.build_context import BuildContext, context_hash, is_remote, locate_context, read_context_file
from wtc.engine.images.context_index import ContextIndex
from wtc.model.build import Build, BuildInput


def build_input(build: Build, index: ContextIndex | None = None) -> BuildInput:
    """Return the inputs of a build on this machine. The images of a remote context are unknown.

    The `index` saves reading unchanged files: see `context_hash`.

    Raises:
        BuildContextError: the context or its Dockerfile is missing or cannot be read.
    """
    return BuildInput(hash=context_hash(build, index), images=images_in(build))


def images_in(build: Build) -> tuple[str, ...]:
    """Return the images in the build's Dockerfile that its target needs; none for a remote context.

    Raises:
        BuildContextError: the context or its Dockerfile is missing or cannot be read.
    """
    if is_remote(build.context):
        return ()
    return base_images(dockerfile_text(locate_context(build)), arguments=build.args, target=build.target)


def dockerfile_text(context: BuildContext) -> str:
    """Return the Dockerfile of a local context.

    Raises:
        BuildContextError: the Dockerfile cannot be read.
    """
    content = context.extra_dockerfile
    if content is None:
        content = read_context_file(f"{context.root}/{context.dockerfile}")
    return content.decode(errors="replace")
