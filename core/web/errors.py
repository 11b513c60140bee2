"""Where refusals become pages and JSON; nowhere else."""
import logging

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from core.base.errors import DomainError

log = logging.getLogger("jianxue.web")


def _as_json() -> bool:
    return request.is_json or request.headers.get("Accept", "").startswith("application/json")


def answer(status: int, code: str, sentence: str, hint: str = "", **facts: object) -> Response:
    """The one shape of a refusal: JSON for our scripts, a page for people."""
    if _as_json():
        response = jsonify(code=code, sentence=sentence, hint=hint, **facts)
    else:
        response = Response(render_template("errors/error.html", status=status, code=code, sentence=sentence,
                                            hint=hint), content_type="text/html; charset=utf-8")
    response.status_code = status
    if "retry_after" in facts:
        response.headers["Retry-After"] = str(facts["retry_after"])
    return response


def install_errors(app: Flask) -> None:
    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> Response:
        return answer(error.status, error.code, error.sentence, error.hint, **error.facts)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Response:
        return answer(400, "csrf", _("页面已过期，没有提交任何内容。请刷新页面后重新提交。"))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:
            return Response(error.get_response())  # type: ignore[arg-type]
        sentence = SENTENCES.get(status)
        return answer(status, f"http_{status}", _(sentence) if sentence else _("请求没有成功。"))

    @app.errorhandler(PoolTimeout)
    @app.errorhandler(OperationalError)
    def busy(error: Exception) -> Response:
        log.error("database unavailable: %s", type(error).__name__, exc_info=error)
        return answer(503, "database_busy", _("系统正忙，没有保存任何内容。请稍等几秒后再试。"), retry_after=5)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        log.exception("unexpected error at %s", request.endpoint)
        if app.config["PROPAGATE_EXCEPTIONS"]:
            raise error
        return answer(500, "unexpected", _("系统出错了，没有保存任何内容。我们已记录这个问题，请稍后再试。"))


def N_(text: str) -> str:
    """Marks a text for the catalogue that is translated later."""
    return text


SENTENCES = {
    400: N_("浏览器发来的内容不完整，没有做任何更改。请返回上一页重试。"),
    403: N_("您的账号不能打开这个页面。"),
    404: N_("没有找到这个页面，网址可能写错了，或内容已不存在。"),
    405: N_("这个网址不能这样打开，请从菜单进入。"),
    413: N_("文件太大，没有上传。请换小一些的文件。"),
    415: N_("不支持这种文件。"),
    429: N_("操作太频繁了，请稍等一会儿再试。"),
}
