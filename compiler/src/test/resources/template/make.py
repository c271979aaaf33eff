"""Writes cases.json: templates and what the reference implementation makes of them."""

import json
from pathlib import Path

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = Path(__file__).parent

# As transformers sets it up.
environment = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols]
)

TEMPLATES = """
plain text
line one\\nline two\\n
two newlines at the end\\n\\n
a {{ 1 + 2 }} b
{%- set x = 'a' -%}  [{{ x }}]
  {% set x = 'a' %}  [{{ x }}]
a\\n  {% if true %}\\n  b\\n  {% endif %}\\n  c
a\\n  {%+ if true %}\\n  b\\n  {% endif +%}\\n  c
a \\n {%- if true -%} \\n b \\n {%- endif -%} \\n c
a\\n  {# note #}\\n  b {# note #} c {#- note -#} d
{#- note -#} a {{- 'b' -}} c {{ 'd' }}\\n e
a\\n  {{ 'b' }}\\n  {{- 'c' }}
x {% if false %}a{% elif true %}b{% else %}c{% endif %} y
{% if false %}a{% elif none %}b{% else %}c{% endif %}
{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ m.role }};{% endfor %}
{% for m in messages %}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.previtem.role if not loop.first }}-{{ loop.nextitem.role if not loop.last }};{% endfor %}
{% for m in messages %}{% for n in messages %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}
{% set x = 1 %}{% for m in messages %}{{ x }}{% set x = 5 %}{{ x }}{% endfor %}{{ x }}
{% set ns = namespace(x=1, y='a') %}{% for m in messages %}{% set ns.x = ns.x + 1 %}{% endfor %}{{ ns.x }}{{ ns.y }}{{ ns.z is defined }}
{% if true %}{% set x = 'in' %}{% endif %}{{ x }}
{{ messages | selectattr('role', 'equalto', 'query') | map(attribute='content') | first }}
{{ messages | selectattr('role', 'eq', 'nobody') | map(attribute='content') | first | default('none there') }}
{{ (messages | selectattr("role", "==", "document") | list)[0]['content'] }}
{{ messages | rejectattr('role', 'equalto', 'query') | map(attribute='role') | join(', ') }}
{{ messages | selectattr('nothing') | list | length }}{{ messages | selectattr('role') | list | length }}
{{ messages | selectattr('nothing', 'defined') | list | length }}{{ messages | selectattr('role', 'in', ['query', 'system']) | list | length }}
{{ messages | map(attribute='nothing', default='-') | join('|') }}
{{ parts | map(attribute='inner.text') | join('|') }}
{{ messages[0].role }} {{ messages[-1]['role'] }} {{ messages[99] }} {{ messages[0].nothing }}
{{ messages[1:] | length }}{{ messages[:1] | length }}{{ messages[::-1][0].role }}{{ messages[-1:][0].role }}{{ messages[5:] | length }}
{{ 'abcdef'[1:3] }} {{ 'abcdef'[::-1] }} {{ 'abcdef'[-2:] }} {{ 'abcdef'[:-2] }} {{ 'abcdef'[4:1:-1] }} {{ 'abcdef'[::2] }} {{ 'abc'[1] }} {{ 'abc'[-1] }}
{{ 'a' ~ 1 ~ true ~ none ~ nothing }}
{{ 'a' + 'b' }} {{ 1 + 2 - 4 }} {{ -1 }} {{ - 3 + 5 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ -7 // 2 }} {{ 2 * 3 + 4 }} {{ 2 + 3 * 4 }} {{ (2 + 3) * 4 }}
{{ [1, 2] | join('-') }} {{ ([1] + [2, 3]) | length }} {{ [] | length }} {{ [1,2,] | last }}
{{ 1 == 1 }} {{ 1 == true }} {{ 'a' == 1 }} {{ none == none }} {{ nothing == nothing }} {{ none == nothing }} {{ 'a' != 'b' }} {{ 1 < 2 <= 2 }} {{ 3 > 2 > 2 }}
{{ 'a' in 'abc' }} {{ 'x' not in 'abc' }} {{ 1 in [1, 2] }} {{ 'role' in messages[0] }} {{ 'a' in nothing }}
{{ not true }} {{ not nothing }} {{ true and 'x' }} {{ '' or 'y' }} {{ none or nothing or 'z' }} {{ 'a' and '' }} {{ not 1 == 2 }} {{ not not 3 }}
{{ 'a' if true else 'b' }} {{ 'a' if false else 'b' }} [{{ 'a' if false }}] {{ 'a' if false else 'b' if false else 'c' }}
{{ x is defined }} {{ messages is defined }} {{ x is not defined }} {{ x is undefined }} {{ none is none }} {{ 'a' is string }} {{ messages is string }} {{ messages[0] is mapping }} {{ messages is iterable }} {{ 1 is number }} {{ true is boolean }} {{ 'a' is sequence }}
{{ 'a' is equalto 'a' }} {{ 'a' is eq('b') }} {{ 1 is in [1] }} {{ 3 is gt 2 }} {{ not x is defined }} {{ true is true }} {{ 1 is true }} {{ 1 is integer }} {{ true is integer }}
{{ x | default('d') }} {{ '' | default('d') }} {{ '' | default('d', true) }} {{ none | default('d') }} {{ none | default('d', boolean=true) }} [{{ x | default }}] {{ x | d('e') }}
{{ '  a b ' | trim }}|{{ '  a ' | trim | length }}|{{ 'xxaxx'.strip('x') }}|{{ ' a '.lstrip() }}|{{ ' a '.rstrip() }}|{{ '\\n a\\n'.strip('\\n') }}
{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith('ab') }} {{ 'a,b,c'.split(',')[1] }} {{ 'a,b,c'.split(',')[-1] }} {{ 'abc'.replace('b', 'xx') }} {{ 'aBc'.upper() }} {{ 'aBc' | lower }} {{ 'abca' | replace('a', '') }}
{{ messages[0].get('role') }} {{ messages[0].get('nothing', 'x') }} {{ messages[0].get('nothing') }}
{{ "quote \\\\" ' \\\\n \\\\t" }}{{ 'it\\\\'s' }}{{ 'back\\\\\\\\slash' }}{{ '\\\\u00e9\\\\x41\\\\q' }}
{{ 'one' 'two' }}{{ "}}" }}{{ '%}' }}{% set x = "{{" %}{{ x }}
{{ range(3) | list | join(',') }} {{ range(2, 5) | join(',') }}{% for i in range(2) %}{{ i }}{% endfor %}
{{ bos_token }}{{ tools }}{{ add_generation_prompt }}
{% for key in messages[0] %}{{ key }};{% endfor %}
{{ True }} {{ False }} {{ None }}{{ 10 }}
{%- for message in messages %}{{ '<|im_start|>' + message.role + '\\\\n' + message['content'] + '<|im_end|>' + '\\\\n' }}{%- endfor %}{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\\\n' }}{%- endif %}
{% if messages[0]['role'] == 'query' %}\\n{% set q = messages[0].content %}\\n  {% else %}\\n{% set q = '' %}\\n{% endif %}\\n<q>{{ q }}</q>
}} %} #} { % { {
"""

VARIABLES = {
    "messages": [
        {"role": "query", "content": "what is it?"},
        {"role": "document", "content": " it is that \n"},
    ],
    "parts": [{"inner": {"text": "a"}}, {"inner": {"text": "b"}}],
    "bos_token": "<s>",
    "tools": None,
    "add_generation_prompt": False,
}

cases = []
for line in TEMPLATES.strip("\n").split("\n"):
    template = line.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")
    rendered = environment.from_string(template).render(**VARIABLES)
    cases.append({"template": template, "rendered": rendered})

document = {"jinja2": jinja2.__version__, "variables": VARIABLES, "cases": cases}
text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
(HERE / "cases.json").write_text(text, encoding="utf-8")
