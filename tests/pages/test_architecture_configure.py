"""Configuring and costing on the architecture page: the reveal waits, and every control works."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/3_Architecture.py"


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    return app.switch_page(PAGE).run()


def text_of(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in [*app.markdown, *app.caption])


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def well(app: AppTest) -> bool:
    return not app.exception and not app.warning


def test_each_answer_is_there_only_after_its_guess() -> None:
    app = opened()
    for question, wrong, reveals in (
        ("wider", "Twice", "7,085,568 become 28,326,912"),
        ("to_scale", "14", "= 1,403"),
        ("copies", "Twice", "4 × 622 MB = 2.43 GB"),
        ("bill", "Twice", "read twice the tokens: × 4"),
        ("here", "About a year", "At full speed, day and night"),
    ):
        assert reveals not in text_of(app)
        app.button_group(key=f"architecture.{question}").set_value(wrong).run()
        assert reveals in text_of(app)
        assert well(app)


def test_gpt_3_cost_about_five_million_dollars_and_every_assumption_moves_that() -> None:
    app = opened()
    assert metrics(app)["Operations, 6 N D"] == "3.14 × 10²³"
    assert metrics(app)["Time"] == "13.9 days"
    assert metrics(app)["Bill"] == "$4.99 million"
    app.number_input(key="architecture.price").set_value(3.0).run()
    assert metrics(app)["Bill"] == "$9.98 million"
    app.select_slider(key="architecture.machines").set_value(1).run()
    assert metrics(app)["Time"] == "379 years"
    assert metrics(app)["Bill"] == "$9.98 million"
    app.slider(key="architecture.utilisation").set_value(42).run()
    assert metrics(app)["Bill"] == "$4.99 million"
    app.selectbox(key="architecture.machine").set_value("H100").run()
    assert metrics(app)["Time"] == "24 years"
    assert "NVIDIA, H100 datasheet" in text_of(app)


def test_a_changed_number_reaches_every_idea_at_once() -> None:
    app = opened(answers="true")
    app.number_input(key="architecture.gpt-2-small.n_layers").set_value(24).run()
    assert "| **As configured** | 24 × 768 |" in text_of(app)
    app.toggle(key="architecture.tied").set_value(True).run()
    assert metrics(app)["Parameters"] == "209,438,976"
    assert "| **As configured** | 24 × 768 | 209 million |" in text_of(app)
    assert well(app)


def test_the_ends_of_the_controls_of_cost_work() -> None:
    app = opened(answers="true", architecture__preset="tiny")
    app.selectbox(key="architecture.train").set_value("As configured")
    for key, ends in {
        "architecture.train_tokens": (10**6, 5 * 10**14),
        "architecture.machines": (1, 100_000),
    }.items():
        for end in ends:
            app.select_slider(key=key).set_value(end).run()
            assert well(app), key
    for name in ("GPT-3", "Starter model", "As configured"):
        app.button_group(key="architecture.fit").set_value(name).run()
        assert well(app), name


def test_a_link_restores_what_is_drawn_and_what_is_paid_for() -> None:
    app = opened(
        answers="true",
        architecture__fit="GPT-2 XL",
        architecture__train="GPT-2 XL",
        architecture__machine="A100",
        architecture__price="2.0",
    )
    assert app.button_group(key="architecture.fit").value == "GPT-2 XL"
    assert app.selectbox(key="architecture.train").value == "GPT-2 XL"
    assert app.selectbox(key="architecture.machine").value == "A100"
    assert app.number_input(key="architecture.price").value == 2.0
