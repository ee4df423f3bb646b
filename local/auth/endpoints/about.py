"""Information about the server."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from local.auth.context import auth_of

PROVIDERS = (
    "apple azure bitbucket discord facebook figma fly github gitlab google kakao keycloak linkedin "
    "linkedin_oidc notion slack slack_oidc snapchat spotify twitch twitter workos zoom"
).split()
"""The external providers GoTrue lists; none of them is configured here."""


async def health(_request: Request) -> JSONResponse:
    description = "GoTrue is a user registration and authentication API"
    return JSONResponse({"version": "", "name": "GoTrue", "description": description})


async def jwks(_request: Request) -> JSONResponse:
    """Empty: tokens are signed with a shared secret, so there is no public key."""
    return JSONResponse({"keys": []})


async def settings(request: Request) -> JSONResponse:
    configured = auth_of(request).settings
    external = {"email": True, "phone": False, "anonymous_users": configured.enable_anonymous_sign_ins}
    return JSONResponse(
        {
            "external": {**external, **dict.fromkeys(PROVIDERS, False)},
            "disable_signup": not configured.enable_signup,
            "mailer_autoconfirm": True,
            "phone_autoconfirm": False,
            "sms_provider": "",
            "saml_enabled": False,
            "saml_private_key_next_configured": True,
            "passkeys_enabled": False,
        }
    )
