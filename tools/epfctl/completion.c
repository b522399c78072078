// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdio.h>
#include <string.h>

#include "completion.h"

/* Completions of the shells, from the table of commands: what a word of the
 * command line may be depends on the command alone. */

/* What the arguments of a command are, by the words of its usage. */
static const struct {
	const char *word;
	const char *command; /* of the shell, that lists them; NULL: files */
} arguments[] = {
	{ "FUNCTION", "epfctl list functions --json 2>/dev/null | jq -r '.functions[]?|.driver+\"/\"+.name'" },
	{ "CONTROLLER", "epfctl list controllers --json 2>/dev/null | jq -r '.controllers[]?.name'" },
	{ "DRIVER", "epfctl list drivers --json 2>/dev/null | jq -r '.drivers[]?.name'" },
	{ "NAME", "epfctl list --json 2>/dev/null | jq -r '(.controllers+.functions)[]?.name'" },
	{ "list", "printf 'controllers\\nfunctions\\ndrivers\\n'" },
	{ "FILE", NULL },
};

/* "--json --root ..." of a parser and those below it. */
static void put_options(const struct argp *argp, const char *before)
{
	const struct argp_option *option = argp->options;
	const struct argp_child *child = argp->children;

	for (; option && (option->name || option->key); option++)
		if (option->name && !(option->flags & OPTION_HIDDEN))
			printf("%s--%s", before, option->name);
	for (; child && child->argp; child++)
		put_options(child->argp, before);
}

static bool takes(const struct command *command, const char *word)
{
	const char *usage = command->argp->args_doc;

	return usage && strstr(usage, word);
}

static bool takes_list(const struct command *command)
{
	return strcmp(command->name, "list") == 0;
}

static void bash_command(const struct command *command)
{
	printf("\t%s)\n\t\twords='", command->name);
	put_options(command->argp, " ");
	fputs("'\n", stdout);
	if (strcmp(command->name, "window") == 0)
		fputs("\t\twords+=' list add remove'\n", stdout);
	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
		if (strcmp(arguments[i].word, "list") == 0
			    ? !takes_list(command)
			    : !takes(command, arguments[i].word))
			continue;
		if (arguments[i].command)
			printf("\t\twords+=\" $(%s)\"\n", arguments[i].command);
		else
			fputs("\t\tfiles=yes\n", stdout);
	}
	fputs("\t\t;;\n", stdout);
}

static void print_bash(const struct command *const *commands, size_t count)
{
	fputs("# bash completion for epfctl(1), generated\n\n"
	      "_epfctl()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words='' files='' command='' i\n\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tif [[ ${COMP_WORDS[i]} != -* ]]; then\n"
	      "\t\t\tcommand=${COMP_WORDS[i]}\n"
	      "\t\t\tbreak\n\t\tfi\n\tdone\n"
	      "\tcase $command in\n\t'')\n\t\twords='", stdout);
	for (size_t i = 0; i < count; i++)
		printf("%s%s", i ? " " : "", commands[i]->name);
	put_options(common_options[0].argp, " ");
	fputs("'\n\t\t;;\n", stdout);
	for (size_t i = 0; i < count; i++)
		bash_command(commands[i]);
	fputs("\tesac\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	      "\tif [[ $files ]]; then\n"
	      "\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$cur\")\n"
	      "\tfi\n}\n\ncomplete -o filenames -F _epfctl epfctl\n", stdout);
}

static void print_zsh(const struct command *const *commands, size_t count)
{
	fputs("#compdef epfctl\n# zsh completion for epfctl(1), generated\n\n"
	      "local -a commands\ncommands=(\n", stdout);
	for (size_t i = 0; i < count; i++)
		printf("\t'%s:%s'\n", commands[i]->name, commands[i]->summary);
	fputs(")\n\nlocal -i at=${words[(I)(", stdout);
	for (size_t i = 0; i < count; i++)
		printf("%s%s", i ? "|" : "", commands[i]->name);
	fputs(")]}\n\nif ((at == 0 || at >= CURRENT)); then\n"
	      "\t_describe command commands\n\tcompadd --", stdout);
	put_options(common_options[0].argp, " ");
	fputs("\n\treturn\nfi\n\ncase ${words[at]} in\n", stdout);
	for (size_t i = 0; i < count; i++) {
		printf("%s)\n\tcompadd --", commands[i]->name);
		put_options(commands[i]->argp, " ");
		if (strcmp(commands[i]->name, "window") == 0)
			fputs(" list add remove", stdout);
		fputc('\n', stdout);
		for (size_t j = 0;
		     j < sizeof(arguments) / sizeof(arguments[0]); j++) {
			if (strcmp(arguments[j].word, "list") == 0
				    ? !takes_list(commands[i])
				    : !takes(commands[i], arguments[j].word))
				continue;
			if (arguments[j].command)
				printf("\tcompadd -- ${(f)\"$(%s)\"}\n",
				       arguments[j].command);
			else
				fputs("\t_files\n", stdout);
		}
		fputs("\t;;\n", stdout);
	}
	fputs("esac\n", stdout);
}

static void print_fish(const struct command *const *commands, size_t count)
{
	fputs("# fish completion for epfctl(1), generated\n\n"
	      "complete -c epfctl -f\n", stdout);
	for (size_t i = 0; i < count; i++)
		printf("complete -c epfctl -n __fish_use_subcommand -a %s -d '%s'\n",
		       commands[i]->name, commands[i]->summary);
	put_options(common_options[0].argp,
		    "\ncomplete -c epfctl -n __fish_use_subcommand -a ");
	for (size_t i = 0; i < count; i++) {
		fputc('\n', stdout);
		printf("complete -c epfctl -n '__fish_seen_subcommand_from %s' -a '",
		       commands[i]->name);
		put_options(commands[i]->argp, " ");
		if (strcmp(commands[i]->name, "window") == 0)
			fputs(" list add remove", stdout);
		fputs("'\n", stdout);
		for (size_t j = 0;
		     j < sizeof(arguments) / sizeof(arguments[0]); j++) {
			if (strcmp(arguments[j].word, "list") == 0
				    ? !takes_list(commands[i])
				    : !takes(commands[i], arguments[j].word))
				continue;
			printf("complete -c epfctl -n '__fish_seen_subcommand_from %s' ",
			       commands[i]->name);
			if (!arguments[j].command) {
				fputs("-F\n", stdout);
				continue;
			}
			fputs("-a \"(", stdout);
			for (const char *c = arguments[j].command; *c; c++)
				printf(*c == '"' || *c == '$' ? "\\%c" : "%c",
				       *c);
			fputs(")\"\n", stdout);
		}
	}
}

int completion_print(const char *shell, const struct command *const *commands,
		     size_t count)
{
	if (strcmp(shell, "bash") == 0)
		print_bash(commands, count);
	else if (strcmp(shell, "zsh") == 0)
		print_zsh(commands, count);
	else if (strcmp(shell, "fish") == 0)
		print_fish(commands, count);
	else
		return -1;
	return 0;
}
