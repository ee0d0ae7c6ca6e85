"""What people must know: announcements on the marquee."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "knowledge"
