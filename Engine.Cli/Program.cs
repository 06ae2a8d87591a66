using Scratch.Cli;

return new CommandLine(Terminal.OfProcess()).Run(args);
