"""What is filled in to prepare a product version."""

from __future__ import annotations

from typing import Any

from django import forms

from sonae.apps.programmes.models import ProductVersion
from sonae.domain.date_in_words import date_in_words
from sonae.domain.product.reading import LARGEST_FILE_BYTES
from sonae.domain.text import Text
from sonae.web.desk.act_views import ReasonForm
from sonae.web.shared.keyed_form import KeyedForm
from sonae.web.shared.language import in_language, say

FROM_ZIP = "zip"
FILE_ERRORS = {
    "required": say("ファイルを選んでください。", "Please choose a file."),
    "missing": say("ファイルを選んでください。", "Please choose a file."),
    "invalid": say("ファイルを選んでください。", "Please choose a file."),
    "empty": say("ファイルが空です。", "The file is empty."),
    "max_length": say("ファイル名が長すぎます。", "The file’s name is too long."),
}


class BeginForm(KeyedForm):
    """What it is called, and what it begins with."""

    name = forms.CharField(
        label=say("下書きの名前", "Name of the draft"),
        help_text=say("例：2027年度の改定案", "Such as: revision for 2027"),
        max_length=80,
        error_messages={
            "required": say("名前を入れてください。", "Please give it a name."),
            "max_length": say("80字までで入れてください。", "At most 80 characters, please."),
        },
    )
    base = forms.ChoiceField(
        label=say("もとにするもの", "Begins with"),
        widget=forms.RadioSelect,
        error_messages={
            "required": say("もとにするものを選んでください。", "Please choose what it begins with."),
            "invalid_choice": say("一覧から選んでください。", "Please choose from the list."),
        },
    )
    folder = forms.FileField(
        label=say("フォルダーのzip", "Zip of a folder"),
        help_text=say("「フォルダーのzip」を選んだときだけ。", "Only where “a zip of its folder” is chosen."),
        required=False,
        max_length=200,
        error_messages=FILE_ERRORS,
    )

    def __init__(self, versions: list[ProductVersion], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{one}", in_language(_copy_of(one))) for one in versions]
        base: Any = self.fields["base"]
        base.choices = [*choices, (FROM_ZIP, in_language(Text("フォルダーのzip", "A zip of its folder")))]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if (
            self.cleaned_data.get("base") == FROM_ZIP
            and not self.cleaned_data.get("folder")
            and "folder" not in self.errors
        ):
            self.add_error("folder", say("zipファイルを選んでください。", "Please choose a zip."))
        return self.cleaned_data


def _copy_of(version: ProductVersion) -> Text:
    day = date_in_words(version.effective_date)
    return Text(f"{day.ja}の改定版の写し", f"A copy of the version of {day.en}")


class SeenForm(forms.Form):
    """Carries along what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class UploadForm(SeenForm):
    """A file, or the zip of the whole folder."""

    file = forms.FileField(label=say("ファイル", "File"), max_length=200, error_messages=FILE_ERRORS)
    name = forms.CharField(
        label=say("フォルダーの中での名前", "Its name in the folder"),
        help_text=say(
            "例：rates/industry.csv。空のままなら、ファイルの名前のとおり。zipはフォルダー全体と入れ替えます。",
            "Such as rates/industry.csv; left empty, the file’s own. A zip takes the place of the whole folder.",
        ),
        max_length=120,
        required=False,
        error_messages={"max_length": say("120字までで入れてください。", "At most 120 characters, please.")},
    )


class EditForm(SeenForm):
    """The whole file."""

    text = forms.CharField(
        label=say("内容", "Content"),
        strip=False,
        max_length=LARGEST_FILE_BYTES,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "autocomplete": "off", "class": "source"}),
        error_messages={
            "required": say("内容が空です。", "It is empty."),
            "max_length": say("長すぎます。", "It is too long."),
        },
    )


class PublicationForm(ReasonForm):
    """Why, and the digest of the draft as the page shows it."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
