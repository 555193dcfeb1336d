package view

import "strings"

// prompt is a line that is being typed.
type prompt struct {
	sign string // what stands before it, such as "/"
	hint string
	text string
	take func(text string)
}

// ask opens a prompt.
func (a *App) ask(sign, hint, text string, take func(string)) {
	a.prompt = &prompt{sign, hint, text, take}
	a.note = ""
}

// longestPrompt is how much can be typed, in bytes.
const longestPrompt = 1000

// handlePrompt takes a key for the prompt.
func (a *App) handlePrompt(k Key) {
	p := a.prompt
	switch k {
	case "Esc", "Ctrl-C":
		a.prompt = nil
	case "Enter":
		a.prompt = nil
		p.take(strings.TrimSpace(p.text))
	case "Backspace":
		if p.text == "" {
			a.prompt = nil
		}
		runes := []rune(p.text)
		p.text = string(runes[:max(len(runes)-1, 0)])
	case "Ctrl-U":
		p.text = ""
	case "Ctrl-W":
		kept := strings.TrimRight(p.text, " ")
		p.text = kept[:strings.LastIndexByte(kept, ' ')+1]
	default:
		if c, ok := k.char(); ok && len(p.text) < longestPrompt {
			p.text += c
		}
	}
}
