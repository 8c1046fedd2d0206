"""The addresses of papers, of the office's words and of its templates."""

from __future__ import annotations

from django.urls import path

from duban.bulletins.views import papers, signing, words

app_name = "bulletins"
urlpatterns = [
    path("bulletins/", papers.papers, name="papers"),
    path("bulletins/new/", papers.new, name="new"),
    path("bulletins/<int:pk>/", papers.paper, name="paper"),
    path("bulletins/<int:pk>/blocks/<slug:name>/", papers.block, name="block"),
    path("bulletins/<int:pk>/blocks/<slug:name>/<slug:do>/", papers.block_do, name="block_do"),
    path("bulletins/<int:pk>/accept/", papers.accept_all, name="accept_all"),
    path("bulletins/<int:pk>/head/", papers.head, name="head"),
    path("bulletins/<int:pk>/differences/", papers.differences, name="differences"),
    path("bulletins/<int:pk>/figures/", papers.figures, name="figures"),
    path("bulletins/<int:pk>/file/<slug:format>/", papers.file, name="file"),
    path("bulletins/<int:pk>/sign/", signing.sign, name="sign"),
    path("bulletins/<int:pk>/submit/", signing.submit, name="submit"),
    path("bulletins/<int:pk>/recall/", signing.recall, name="recall"),
    path("bulletins/<int:pk>/discard/", signing.discard, name="discard"),
    path("bulletins/<int:pk>/issue/", signing.issue, name="issue"),
    path("bulletins/<int:pk>/archive/", signing.archive, name="archive"),
    path("bulletins/<int:pk>/correct/", signing.correct, name="correct"),
    path("bulletins/wordings/", words.wordings, name="wordings"),
    path("bulletins/wordings/<slug:kind>/", words.wording, name="wording"),
    path("bulletins/templates/", words.template_list, name="templates"),
    path("bulletins/templates/<slug:kind>/", words.template, name="template"),
    path("bulletins/templates/<slug:kind>/<slug:which>/", words.template_file, name="template_file"),
]
