#!/usr/bin/env bash
# The files for a paper through a real LaTeX: a document that inputs all of them compiles in one column and in two, without an
# error, a warning of ours or a line that does not fit, and text of a scenario stays text. Needs pdflatex and bibtex with siunitx and booktabs, and pdftotext.
# Usage: latex.sh MONTECARBON
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/../.."
here=$PWD
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# Each: a name, and what to run.
compile() {
    local name=$1 columns
    shift
    "$program" "$@" --quiet --paper --out "$place/$name" >/dev/null
    cd "$place/$name"
    for columns in twocolumn onecolumn; do
        typeset_paper "$name" "$columns"
    done
    # In the order of reading: a cell of several lines stays together.
    pdftotext paper.pdf paper.txt
    cd "$here"
}

# The files in the folder at hand, in so many columns.
typeset_paper() {
    local name="$1, $2"
    rm -f paper.*
    {
        printf '\\documentclass[%s]{article}\n' "$2"
        cat <<'DOCUMENT'
\usepackage{array,booktabs,graphicx,longtable,siunitx}
\usepackage[hyphens]{url}
\begin{document}
\input{methods}
\input{tables}
\clearpage
DOCUMENT
        local figure
        for figure in figures/*.pdf; do
            # The names of scenarios have letters that TeX would read as commands of its own.
            printf '\\noindent\\includegraphics[width=\\linewidth]{\\detokenize{%s}}\n\n' "$figure"
        done
        cat <<'DOCUMENT'
\bibliographystyle{plain}
\bibliography{references}
\end{document}
DOCUMENT
    } >paper.tex
    local pass
    for pass in 1 2 3; do
        if ! pdflatex -interaction=nonstopmode -halt-on-error paper >pass.txt 2>&1; then
            tail -30 pass.txt
            echo "$name: LaTeX stopped in pass $pass" >&2
            exit 1
        fi
        # A bibliography without an entry is what BibTeX complains about.
        if [[ $pass == 1 && -s references.bib ]] && grep -q '\\citation' paper.aux; then
            bibtex paper >bibtex.txt || { cat bibtex.txt; exit 1; }
            if grep -n 'Warning' bibtex.txt; then
                echo "$name: BibTeX has a warning" >&2
                exit 1
            fi
        fi
    done
    if grep -nE '^(LaTeX|Package [a-z]+) Warning|^(Over|Under)full|^Missing character|undefined|^pdfTeX warning|PDF inclusion' paper.log |
        grep -vE 'Empty bibliography|No file paper.bbl|Underfull .[hv]box|Citation|no citations'; then
        echo "$name: the log of LaTeX has a warning" >&2
        exit 1
    fi
}

compile chatgpt run scenarios/chatgpt-inference.toml --trials 100000
compile lifecycle run scenarios/bloom-training-lifecycle.toml --trials 100000
compile choice run scenarios/us-west-choice.toml --trials 100000
compile compared compare scenarios/us-west-choice.toml --trials 100000
compile water run scenarios/water.toml --trials 100000
compile requests run scenarios/per-request.toml --trials 100000
compile training run scenarios/gpt3-training.toml --trials 100000
compile swept run scenarios/electricity-nine-cells.toml --trials 10000
compile names run tests/clients/long_names.toml --trials 10000
compile pairs run tests/clients/long_names.toml --trials 10000 --base 1024 --sensitivity sobol --sensitivity tornado
compile nested run scenarios/bloom-day-by-day.toml --nested 200xrows
compile hostile run tests/clients/hostile.toml --trials 100000

for text in '\input{/etc/passwd}' '<script>alert(1)</script>' '\write18{id}' '1+1 | \newpage & %' 'kg CO2 e/d'; do
    if ! tr -s ' \n' '  ' <"$place/hostile/paper.txt" | grep -qF -- "$text"; then
        echo "hostile: the page does not show $text" >&2
        exit 1
    fi
done
if grep -q 'root:' "$place/hostile/paper.txt"; then
    echo "hostile: a file was read" >&2
    exit 1
fi
echo "LaTeX: 12 papers, in one column and in two"
