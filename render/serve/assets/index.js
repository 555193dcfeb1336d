"use strict";
(function () {
	const list = document.getElementById("list");
	const told = document.getElementById("told");
	const form = document.getElementById("drop");
	let shown = "";

	function tell(text, wrong) {
		told.textContent = text;
		told.classList.toggle("wrong", wrong);
	}

	// The list is our own server's, with every name escaped there.
	async function refresh() {
		try {
			const answer = await fetch("/captures");
			const text = await answer.text();
			if (answer.ok && text !== shown) {
				if (shown !== "" || list.innerHTML.trim() !== text.trim()) {
					list.innerHTML = text;
				}
				shown = text;
			}
		} catch (e) {
			tell("The server does not answer; was it ended?", true);
		}
	}

	async function add(file) {
		if (file.size > Number(form.dataset.most)) {
			tell(file.name + " is larger than what may be added; copy it into the folder instead.", true);
			return false;
		}
		tell("Adding " + file.name + " …", false);
		const body = new FormData();
		body.append("token", form.elements.token.value);
		body.append("capture", file);
		try {
			const answer = await fetch("/upload", { method: "POST", body });
			tell(answer.ok ? "Added " + file.name + "." : (await answer.text()).trim(), !answer.ok);
			return answer.ok;
		} catch (e) {
			tell("The file could not be sent: " + e.message, true);
			return false;
		}
	}

	async function addAll(files) {
		for (const file of files) {
			if (!await add(file)) {
				break;
			}
		}
		await refresh();
	}

	if (form) {
		form.addEventListener("submit", (e) => {
			e.preventDefault();
			addAll(Array.from(form.elements.capture.files));
			form.reset();
		});
		document.addEventListener("dragover", (e) => {
			e.preventDefault();
			form.classList.add("over");
		});
		document.addEventListener("dragleave", () => form.classList.remove("over"));
		document.addEventListener("drop", (e) => {
			e.preventDefault();
			form.classList.remove("over");
			addAll(Array.from(e.dataTransfer.files));
		});
	}
	setInterval(() => { if (!document.hidden) { refresh(); } }, 3000);
	document.addEventListener("visibilitychange", () => { if (!document.hidden) { refresh(); } });
}());
