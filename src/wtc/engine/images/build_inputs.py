"""What an image is built from: the hash of the context and the options, and the images that the Dockerfile names."""

from wtc.engine.images.base_images import base_images
from wtc.engine.images.build_context import BuildContext, context_hash, is_remote, locate_context, read_context_file
from wtc.model.build import Build, BuildInput


def build_input(build: Build) -> BuildInput:
    """What the build reads on this machine. Of a remote context no image is known.

    Raises:
        ContextError: the context or its Dockerfile is missing or cannot be read.
    """
    return BuildInput(hash=context_hash(build), images=images_in(build))


def images_in(build: Build) -> tuple[str, ...]:
    """The references in the build's Dockerfile that its target needs.

    Raises:
        ContextError: the context or its Dockerfile is missing or cannot be read.
    """
    if is_remote(build.context):
        return ()
    return base_images(dockerfile_text(locate_context(build)), arguments=build.args, target=build.target)


def dockerfile_text(context: BuildContext) -> str:
    """The Dockerfile of a context that is a folder.

    Raises:
        ContextError: it cannot be read.
    """
    content = context.extra_dockerfile
    if content is None:
        content = read_context_file(f"{context.root}/{context.dockerfile}")
    return content.decode(errors="replace")
