using System.Runtime.CompilerServices;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>Writes down every moment of a training, and does something at one of them.</summary>
/// <param name="act">Called with every moment's name.</param>
internal sealed class MomentLog(Action<Learner<float>, string>? act = null) : Callback<float>
{
    /// <summary>The moments in their order, for example <c>AfterLoss</c>.</summary>
    public List<string> Moments { get; } = [];

    public int Rank { get; init; }

    public override int Order => Rank;

    public override void BeginFit(Learner<float> learner) => Note(learner);

    public override void BeginEpoch(Learner<float> learner) => Note(learner);

    public override void BeginBatch(Learner<float> learner) => Note(learner);

    public override void AfterLoss(Learner<float> learner) => Note(learner);

    public override void AfterBackward(Learner<float> learner) => Note(learner);

    public override void AfterStep(Learner<float> learner) => Note(learner);

    public override void AfterBatch(Learner<float> learner) => Note(learner);

    public override void BeginValidate(Learner<float> learner) => Note(learner);

    public override void AfterEpoch(Learner<float> learner) => Note(learner);

    public override void AfterFit(Learner<float> learner) => Note(learner);

    private void Note(Learner<float> learner, [CallerMemberName] string moment = "")
    {
        Moments.Add(moment);
        act?.Invoke(learner, moment);
    }
}
