"""What servers of language models answer where all is not well, each in its own words. For the double, see there.

The bodies have the shapes that Ollama, vLLM, llama.cpp, Mistral and OpenAI send; the words in them are ours.
"""

import gzip
import json
from typing import Any

from tools.model_double import Answers, Raw, completion, echo

JSON = {"content-type": "application/json"}
REFUSED_KEY = "Incorrect API key provided: {key}. You can find your API key in your account."


def _error(status: int, body: object, **headers: str) -> Answers:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda asked: Raw(status, JSON | sent, [json.dumps(body).encode()])


def _openai(message: str, kind: str, code: str | int | None = None, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _choice(message: dict[str, Any], finish: str, **more: Any) -> Answers:
    body = {"choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}], **more}
    return lambda asked: body


def _without_usage(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in completion(echo(asked), asked).items() if name != "usage"}


def _thinking(begun: str, ended: str) -> Answers:
    return lambda asked: f"{begun}The customer is [NAME_1], the rules say: be polite.{ended}\n\nGern senken wir ihn."


def _slow(asked: dict[str, Any]) -> Raw:
    return Raw(200, JSON, [bytes([one]) for one in json.dumps(completion(echo(asked), asked)).encode()], pause=0.5)


def _chunked(asked: dict[str, Any]) -> Raw:
    body = json.dumps(completion("Gern senken wir ihn.", asked)).encode()
    return Raw(200, JSON, [body[at : at + 40] for at in range(0, len(body), 40)], pause=0.01)


def _zipped(asked: dict[str, Any]) -> Raw:
    body = gzip.compress(json.dumps(completion(echo(asked), asked)).encode())
    return Raw(200, JSON | {"content-encoding": "gzip"}, [body])


USAGE = {"prompt_tokens": 300, "completion_tokens": 40, "total_tokens": 340}
SHAPES: dict[str, Answers] = {
    "ollama-no-model": _error(404, _openai('model "muster-7b" not found, try pulling it first', "api_error")),
    "vllm-no-model": _error(
        404,
        {"object": "error", "message": "The model `muster-7b` does not exist.", "type": "NotFoundError", "code": 404},
    ),
    "openai-busy": _error(
        429, _openai("Rate limit reached", "tokens", "rate_limit_exceeded"), retry_after="17", x_request_id="r1"
    ),
    "mistral-busy": _error(429, {"object": "error", "message": "Requests rate limit exceeded", "code": "1300"}),
    "openai-too-long": _error(
        400,
        _openai(
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 9011 tokens.",
            "invalid_request_error",
            "context_length_exceeded",
            "messages",
        ),
    ),
    "vllm-too-long": _error(
        400,
        {
            "object": "error",
            "message": "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
            "type": "BadRequestError",
            "code": 400,
        },
    ),
    "llamacpp-too-long": _error(
        400,
        _openai("the request exceeds the available context size", "exceed_context_size_error", 400),
    ),
    "mistral-too-long": _error(
        400,
        {
            "object": "error",
            "message": "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
            "type": "invalid_request_error",
            "code": "3051",
        },
    ),
    "proxy-too-long": _error(413, {"message": "Payload Too Large"}),
    "bad-question": _error(400, _openai("Unsupported parameter: 'temperature'", "invalid_request_error")),
    "vllm-fault": lambda asked: Raw(500, {"content-type": "text/plain"}, [b"Internal Server Error"]),
    "llamacpp-loading": _error(503, _openai("Loading model", "unavailable_error", 503), retry_after="5"),
    "tool-calls": _choice(
        {"content": None, "tool_calls": [{"type": "function", "function": {"name": "send", "arguments": "{}"}}]},
        "tool_calls",
        usage=USAGE,
    ),
    "only-thoughts": _choice({"content": None, "reasoning_content": "[NAME_1] wants ..."}, "stop", usage=USAGE),
    "cut-off": _choice({"content": "Gern senken wir den"}, "length", usage=USAGE),
    "cut-off-thinking": _choice({"content": "<think>The customer"}, "length", usage=USAGE),
    "filtered": _choice({"content": ""}, "content_filter", usage=USAGE),
    "refused": _choice({"content": None, "refusal": "I cannot help with that."}, "stop", usage=USAGE),
    "never-ending-thoughts": _choice({"content": "<think>The customer"}, "stop", usage=USAGE),
    "no-choices": lambda asked: {"choices": []},
    "error-in-200": lambda asked: _openai("model runner has unexpectedly stopped", "api_error"),
    "events": lambda asked: Raw(200, {"content-type": "text/event-stream"}, [b'data: {"choices": []}\n\ndata: [DONE]']),
    "no-json": lambda asked: Raw(200, JSON, [b'{"choices": [{"message": {"content": "Gern']),
    "page": lambda asked: Raw(200, {"content-type": "text/html"}, [b"<!doctype html><title>Log in</title>"]),
    "gzip": _zipped,
    "elsewhere": lambda asked: Raw(307, {"location": "https://elsewhere.example/v1/chat/completions"}, [b""]),
    "huge": lambda asked: Raw(200, JSON, [b" " * 100_000] * 12),
    "slow": _slow,
    # With these all is well.
    "no-usage": _without_usage,
    "chunked": _chunked,
    "thinking": _thinking("<think>", "</think>"),
    "thinking-unopened": _thinking("", "</think>"),
    "mistral-thinking": _choice(
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "[NAME_1] is angry"}]},
                {"type": "text", "text": "Gern senken wir ihn."},
            ]
        },
        "stop",
        usage=USAGE,
    ),
    "reasoning": _choice({"content": "Gern senken wir ihn.", "reasoning_content": "secret"}, "stop", usage=USAGE),
}


def echoes_key(key: str) -> Answers:
    """A server that says the key again where it refuses it."""
    return _error(401, _openai(REFUSED_KEY.format(key=key), "invalid_request_error", "invalid_api_key"))
