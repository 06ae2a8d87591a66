using Scratch.Cli;

HeapBudget.FollowContainer();
return new CommandLine(Terminal.OfProcess()).Run(args);
