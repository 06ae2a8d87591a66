namespace Scratch.Schedules;

/// <summary>A number that changes in the course of training, such as the learning rate: a pure function of where training is.</summary>
/// <param name="step">How many steps have been made before this one, from 0.</param>
/// <param name="steps">How many there will be in all; only schedules that stretch over the whole training look at it.</param>
public delegate double Schedule(int step, int steps);
