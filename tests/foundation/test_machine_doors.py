"""Machines' doors are called without the middleware that pages need."""

import pytest
from django.http import HttpResponse
from django.urls import path


def say(request):
    return HttpResponse("signed in" if hasattr(request, "user") else "machine")


def break_down(request):
    raise ZeroDivisionError


urlpatterns = [path("twilio/say/", say), path("twilio/broken/", break_down), path("page/", say)]
pytestmark = pytest.mark.urls(__name__)


def test_a_machine_s_door_is_called_at_once(client):
    answer = client.get("/twilio/say/")
    assert answer.content == b"machine"
    assert "X-Request-ID" in answer
    assert answer["Content-Length"] == "7"
    assert "Content-Security-Policy" not in answer


def test_a_page_gets_everything_pages_need(client):
    answer = client.get("/page/")
    assert answer.content == b"signed in"
    assert "Content-Security-Policy" in answer


def test_an_unknown_machine_s_door_is_404(client):
    assert client.get("/twilio/nothing/").status_code == 404


def test_a_fault_in_a_machine_s_door_is_500_and_not_the_end(client):
    client.raise_request_exception = False
    assert client.get("/twilio/broken/").status_code == 500
