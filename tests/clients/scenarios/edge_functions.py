"""What is in supabase/functions, invoked as apps do."""

from tests.clients.scenarios.language import ANY, Scenario, ann, guest, scenario

SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "hello greets whoever is named, and refuses what is no name",
        guest.functions.invoke("hello", {"body": {"name": 'Zoë 😀 + "&;" %'}}).gives(
            {"message": 'Hello Zoë 😀 + "&;" %!'}
        ),
        ann.functions.invoke("hello", {"body": {}}).gives({"message": "Hello world!"}),
        guest.functions.invoke("hello", {"body": {"name": 5}}).refused(status=400),
        guest.functions.invoke("no-such-function", {"body": {}}).refused(status=404),
    ),
    scenario(
        "semantic-search finds for whoever asks, and refuses a question that is none",
        guest.functions.invoke(
            "semantic-search", {"body": {"q": "a film & what is like it", "limit": 3}}
        ).gives(ANY),
        ann.functions.invoke("semantic-search", {"body": {"q": "שלום + 100 %", "kind": "movie"}}).gives(ANY),
        ann.functions.invoke("semantic-search", {"body": {"q": "x", "kind": "opera"}}).refused(status=400),
    ),
)
