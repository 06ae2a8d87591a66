using Scratch.Pictures;

namespace Scratch.Tests.Pictures;

/// <summary>A picture in another size, as Pillow makes it.</summary>
/// <param name="Height">Rows before.</param>
/// <param name="Width">Columns before.</param>
/// <param name="ToHeight">Rows after.</param>
/// <param name="ToWidth">Columns after.</param>
/// <param name="Method">What became of the proportion.</param>
/// <param name="Values">The result [3, rows, columns], in base 64.</param>
public sealed record PillowSize(int Height, int Width, int ToHeight, int ToWidth, ResizeMethod Method, string Values)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Height}x{Width} {Method} {ToHeight}x{ToWidth}";
}

/// <summary>What Pillow 9.4.0 makes of pictures with value (37·h + 101·w + 59·c + 7·h·w) mod 256 at channel c.</summary>
/// <remarks>
/// Squish is <c>image.resize((W, H), Image.BILINEAR)</c>, Pad <c>ImageOps.pad(image, (W, H), Image.BILINEAR)</c>; Crop scales with <c>resize</c> and
/// cuts with <c>crop</c> where torchvision's <c>Resize</c> and <c>CenterCrop</c> do.
/// </remarks>
internal static class PillowSizes
{
    /// <summary>Grey of the picture of 4x5: <c>image.convert('L')</c>.</summary>
    public const string Grey = "MJVHX6dVpHqZUnrQYLZGn2aTWoc=";

    public static IEnumerable<PillowSize> All { get; } =
    [
        new(9, 13, 4, 5, ResizeMethod.Squish, "dIuMkI2FfYd/b4WAiYVXeZSDent/cZF5c4l1bYCRf290eollbnWGc3Z5hYZ8fHuDeWZwbX+OZHFwk4CY"),
        new(9, 13, 4, 5, ResizeMethod.Pad, "fIqNj4eBeYR8YX6Rh4FwAAAAAACDcYV3d4V2c4GUa2t0gHYAAAAAAHl+iIh5cm95fF9ycZOHjQAAAAAA"),
        new(9, 13, 4, 5, ResizeMethod.Crop, "dIuMkI2FfYd/b4WAiYVXeZSDent/cZF5c4l1bYCRf290eollbnWGc3Z5hYZ8fHuDeWZwbX+OZHFwk4CY"),
        new(9, 13, 20, 17, ResizeMethod.Squish,
            "AEGPrzh2xNVeq3FGk+CXe7wGSJe4QoG7v2yYbFeizpiApBdbrNBcnaOIj2Zegciem4toKG6513WsimCzQlmn3XyakT44gZ+QiHdsgdZogbCel4h7dUmThEibQk6i+o6q"
            + "uGCydmWrWqaXW7VaaaqxmpiUgId4b3Vquaxyz3aIr2GlhG6mWHp7OHuWkHuaen+JZYR0aoNfbm5OjF5hfkd1aFKIUmZzRHpcWIWcS1WMK4BsSKxMc4w4b1RTgq1eaqNF"
            + "nYtpz3Kct15AV19FvnB/u1+imYPTkLPLhytUYSjOg5TSeW16iIObn6W0W0NKX9mUp+STPV+QOqKKgdqKNTaPdn6MnKZZfrFecHyJnKVnQlITaHFVuXWd0oE+bpJdwJlO"
            + "FRF0f13Sko6qpVZbdHKdo3w4IoeUdeyudnPIe0dNmG6lsG8ojpx+9rltXtaKPz6nW6bEhDt8YBdksYZMmeasgb9IaLb3QYNoIG6delmn06eEplNhnt9Sln04iGhcesqh"
            + "mY1nblBfo2Opk0+iQUiW23mKjjh9QTN5c7yoZrxdZ5yLhHVnX05EZ7CEzr1+1niFozuOYEGGH0ec5pWakoKJdXFvWWBSZ7JJdqqwpWNjhTdwWjh8LkWS4HmotnO2YWWX"
            + "M4JpQaA7XqW+mqmpicd0eq9Mn4hiw2GGrn+1l5PA14Z4l2OSiHWteZCfc6qPjr3omV5Qdl1qe16Ee3iZe5KagNmgUSOLP12JLn5oX6Nhj5xjdoplOqVbe6pRTFtoZHx+"
            + "hZoad3pQuXaXxnUfUHIqk21xyiuJj1NncH+PmUV4nVFkb32NO5ykVhRraFi8a6DIeDVyiVBMcYFrHIJ+VIB6lq+kVGN4c105U4M2npxbMIWCiNGEUmKqYyNBjECpqF0R"
            + "iXp54pZLWb92t5tSnzg6h9RdbnAJVqOWMnyhiVupQ0aJtWF+gRppnI1HjWpac8NfZY9lbaarSJiLd36ePjeHy3aDmil8xclzuHxnoa5RTIp4cKK7TKKwopqJf3Nkv2Rh"
            + "jSZqwNxwyJt8wVqCfifQdnajOoWsqpSbjYKHcHFqV+CJi7tUoZVzt2mAjEiMX1SOnn5+jmmDeGiHY21yUnFcVnE7aGRHfE5abjhuWEt5Ql9iNBJmYi+SQVqCIoZiTaJC"
            + "V10xI3l3RqxeeaNFrIp4z3JFR2g0jIxYqHGJrGm5o5renEY6fkSfoFtWa3F1jIeWo5+3eEZBVa6xXwloXUOwWoipZc6oVAtmdoN3I4R7ZNSAc4KMn6qJQXY9VY49oJqF"
            + "96ZeW7Nwrb14h0Rfpld5ho+7tX1dhH+es66YV3S+cURolmvApWZFmo2d5Z5efMd7L1yYTMS1aSykhpT6"),
        new(9, 13, 20, 17, ResizeMethod.Pad,
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQY+vOHbE1V6rcUaT4Jd7vBdbrNBcnaOIj2Ze"
            + "gciem4toM3qnp4KJdnbLXHSttI6Og2JPmYlLo0dVpuaTpq5np3ZnnWq5rHLPdoivYaWEbqZYens4hnFxfWN3cGV8Y2twWnFiX3OiUVyUNIp2U7hZgZtFYFVXbb5wf7tf"
            + "opmD05Czy4crVGEo2ZCi4otKZoxOopGL0ns3O4NVdoOFrGKIvGlgeI2HrndGPhF0f13Sko6qpVZbdHKdo3w4KI6cfva5bV7Wij8+p1umxIQAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAO3xgF2SxhkyZ5qyBv0hotvdSln04iGhcesqhmY1nblBfo261oV+zU12apoB8dFJeQ1adisCxgMB5gZRBgVtLlSlVotilY2OF"
            + "N3BaOHwuRZLgeai2c8Ftc6dElX5Xt1V5q5WsnZqu3Yxvf2mBfneTfYmSgJuQkqjZoFEjiz9diS5+aF+jYY+cYzR8c0q3bpDAaStSbjqOcna+MJCWVEtveH2kUoarXlRw"
            + "gXlMcYFrHIJ+VIB6lq+kVGN4c2MjQYxAqahdEYl6eeKWS1m/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAHa3m1KfODqH1F1ucAlWo5YyjWpa"
            + "c8NfZY9lbaarSJiLd36pS0WJlHKYsEGWt6+NmX5veMVqaJQocrzPfLyWfbFffXkz4ImLu1ShlXO3aYCMSIxfVI5cb21edV9kbFJqX1hsUV5eSRhtaTebS2WNLpNvXLJS"
            + "UVZDNIyMWKhxiaxpuaOa3pxGOn5PrK5dH2hiUKRmjal1yZpOGWtjdH8sjYZv341sdZmPq5pUh0Rfpld5ho+7tX1dhH+es66eXnzHey9cmEzEtWkspIaU+gAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        new(9, 13, 20, 17, ResizeMethod.Crop,
            "ejJci7rpyoJ1pKpiMWCPvu2DPGeWtdC4hXmUlGFBcaC71ZxWgrOpj4mNg2laX2ydyrKYq3CVvpdbaJqRTDFklL7jqGyMiH1zbWmJvLVyWIy0qZ+alm6gZSdDdqrf2Zh/"
            + "tdOVW43Ag7p+Pl6Vqq6qnZWZmo2AhIib1JlbfbSpeXafqXpbhat7S4mch3B8joZwboGGb2F0hm9YZkVjg29NV3h4V01tgWBBYoJgJl+bdz1RjY9VRICmbDVXeHlAeriW"
            + "XXKws3prqdCXYE47klqHuKF4irq/lo293bWMVByqdHBsd4WIhYqZoZ6erbmDTb+OWyZSlIlUWpqygGWk3658oaZ2QnC0qndjb3h+hZCboaaCvpFfjtTLmmxEP3ule1eT"
            + "0JHYrXyJo6qnjF1GYXZycIqkqvLImnxie6+xgltBNmqagGez/NOld0lpsr+RYzUeZ6t9Tzlol8aVTVOCsN/lnWybxX01Q3KOqIVSYI+0z8+ceJOreEVbjHZcXGCBsr6k"
            + "lZqYf2drb3SmZyI+cJ3GvYFok6htNV6IjcCCP1yQm5GJhH1zaWVgVUum251cerCZW1WHklQrXYtNDoaKfW9wdW1gW19dT0+GuHg4YzJYgmQ0PmhkNSRNebLlpmhrLWKc"
            + "djlJg4FEMGqcr8Gqk4NHfrmUWGqmpmpXk7ybfJ29f2CAoY5vepyefnWXrY1wkrNgeGhWZXx5Z2qBinhuhZuJdlGRXidQj4FKR3eJYEl5p35Waqt6RG6vo2xQTE9eaWVj"
            + "cX9/vpJgism/jVsmG12JVCVkpFxnbnN9iZGWf0xChrSAUFxnORBJhnBIYp6jcmmv3qx7UypIGFqhiFhZcn56gZyxrah4SGAydb6meFc9SX2WfHGl1aZ3ajyAybKEVig1"
            + "fp5wWaLmuIp0o2AYMF+OvbBoSXiQSAU0Y36tayM8a42onGlYiKBZFkZ2lseGQFuLjHJobH+xy4VEdKWlz5dbeauQS0J0o87jqHCZw4J4cm6Xy7FuZ5q4rqSgm5CGXyFO"
            + "gbXr0pGLwM2PZpjGiEl0NGadq7Com5aamIqAhYh7bY1Ogbqfb3mjn3BfiKBxRG6Xfmd4i31ma358Zl5xfGVQY3Zff2A/U3NpSEhpc1I9XXtaOVuYYihNink/QH2RVjNv"
            + "p20zc7J9RWyqm2Jlo7h/XZrUnGN7rYdff6+mfYKyxJuEtOK5kVhVY3JybneFi4eKmaSgnqy6OARDhWgzTI+WYVWUvo1gn99RH16ihlNusrqHanWAhYuXomo5eb+kc4/U"
            + "3q1/VkF9to5lg1NqhYeDlK25taNzUWuEgX6bbVI5XZGSeIS4yptxV0B0qKV3SRtNlpFjcLnZq31PJm+4"),
        new(31, 7, 6, 6, ResizeMethod.Squish,
            "ZY+KeYOab4qVhYOGfo6OhH58eoaFfnmTcXmMhnh3b3SOkHxjjIZueHCFe2tpcXV5hnBxfHuSjnNwfYqCindzhIlvfoOOi3uJhG93box8enZxcoKTd3x1dn+Gf4J4f31p"
            + "ioZ3g4GDfnp8hnh3"),
        new(31, 7, 6, 6, ResizeMethod.Pad,
            "AACDAAAAAACGAAAAAACFAAAAAACCAAAAAAB+AAAAAAB+AAAAAAB7AAAAAAByAAAAAAB8AAAAAAB+AAAAAAB9AAAAAACGAAAAAAB6AAAAAAB6AAAAAAB6AAAAAAB7AAAA"
            + "AACBAAAAAAB9AAAA"),
        new(31, 7, 6, 6, ResizeMethod.Crop,
            "sGmBsXE4o5pVdbKEPM+SVn3HTKDQnGiOY1BYlLiNlHNSRTOvz5tYhKFzPaKQSoGxRzePkVSOcz87mKNvnnRISLrIz66NbGNNT76GR4iRVkmhhT+NgkVIm49SrnpGULGq"
            + "2a+DWWFOUcy4p4Zl"),
        new(5, 5, 5, 12, ResizeMethod.Squish,
            "AA03YYu1qmkzXYeUJTNgjLrn3qFumsjVSliIuIhNSHidYigWb36x5Ld/fK/XoGhXlIRPGkV7fEccUoiYO0hynGYlGkRumMLPYG6bx5VXTnyeYCMQhZPD88OIg7PYnWNR"
            + "qplhKlKFgkodUIOSz7+KVYC2t4JXjcPTdoOt16FgVX+fXh0Km4lLDTBdibfZm15LwK50OV6OiU4eTn6M5dScZY3AvYVYi77NChpQhlsmJ12IUx4O"),
        new(5, 5, 5, 12, ResizeMethod.Pad,
            "AAAAAABlyi+UAAAAAAAAACWR/WnVAAAAAAAAAEq9MKMWAAAAAAAAAG/pY91XAAAAAAAAAJQVlheYAAAAAAAAADugBWrPAAAAAAAAAGDMOKQQAAAAAAAAAIX4a95RAAAA"
            + "AAAAAKoknhiSAAAAAAAAAM9Q0VLTAAAAAAAAAHbbQKUKAAAAAAAAAJsHc99LAAAAAAAAAMAzphmMAAAAAAAAAOVf2VPNAAAAAAAAAAqLDI0OAAAA"),
        new(5, 5, 5, 12, ResizeMethod.Crop,
            "M0FvnaetppKAhYyNQlCAr5JtZ4GTbkk+UmCRwZJXU4OpbzUkYXCi1KVsaZrBiVA/cX6t3LJ/fKvPnWlabnyq2KZpYpG0dzsofYu76rl+eKjMkFZDjZSvyauHg52xjWpf"
            + "nJeGdXyGgnFjbXd6rJtjLFSHhEwfU4aVqZdaHkFviZCTfmpjuKZrMFSEiWRFXnd+yLZ8QmiYlFkqW4ua18aNVXutqnBCdKa13MyZZou6t4NaibfF"),
        new(40, 64, 7, 9, ResizeMethod.Squish,
            "g3l3f3h+hYJ8hHt+fXt8gYGAgn56gYB/g3l8gnp5eGp+f4eDfnp6hWR4fIaDh4B8eYaEeX14g4J4eoiBe3yAeoOIgI6DhXx5c319f39+fXp+eXd5enqAeX5+fYF7d2J+"
            + "gn+GfYGCfGeDgIKBhnx+foCCfH57fXqBgoF8eoCAe3Z/hnd9fH5/foF9hYKHgYiEfX1/goR+fH59f3p/hYR5gYF9gX17fIOCgn+DgoJ7gYCCf4GFgYGBfn6AhYaH"),
        new(40, 64, 7, 9, ResizeMethod.Pad,
            "g3h4fnh+hIF8g3x9fnx8gn9/g357fn2Eg3t8fnl3fltyfIyKhX59fYCFeX14hIJ4eYmCe3x/AAAAAAAAAAAAeISHgI2DhXx6dXp7fnx9ent+enl4e3SCfn+BfYSCdF19"
            + "gYCEhHx+gnyEfYB7fnqAgYF9en9/AAAAAAAAAAAAe3d+hnd+fH9/f4F/hYWGgoeEfHx/hIN6e318hHp8foSAhYB+f4J7gYGBfoGGgYGBfn6AhYWHAAAAAAAAAAAA"),
        new(40, 64, 7, 9, ResizeMethod.Crop,
            "gW5+f3Z9goaAfH58fnt7f4KBf3x8gYF+g4B4f3N9dWaCeIaGfXZ8iF12eoKHgIB4e4eFf3l8hH12fIuBfnt8foyDf5CDhoB5eIF8gH9/eYB4d3l4enmCeH59fYN3eF57"
            + "hXyDfIh+e2KDg36BfHqCfYCEfXx/dYF/hIB+eH2AfXOEiHR8fXx9hniDhYGHhn6Mf32AgoR+f3qAf3aCiIR4e4l6hHSCeYSFfIh7hn16hICAhHuEhX6CfX59ioCJ"),
        new(12, 8, 12, 8, ResizeMethod.Squish,
            "AGXKL5T5XsMlkf1p1UGtGUq9MKMWifxvb+lj3VfRS8WUFZYXmBmaG7lByVHZYelx3m38ixqpOMcDmS/FW/GHHSjFYv+cOdZzTfGVOd2BJclyHchzHsl0H5dJ+61fEcN1"
            + "O6AFas80mf5gzDikEHzoVIX4a95RxDeqqiSeGJIMhgDPUNFS01TVVvR8BIwUnCSsGag3xlXkcwI+1GoAlizCWGMAnTrXdBGuiCzQdBi8YAStWAOuWQSvWtKENuiaTP6w"
            + "dttApQpv1DmbB3PfS7cjj8AzphmM/3Ll5V/ZU81HwTsKiwyNDo8QkS+3P8dP11/nVONyAZAfrj15D6U70Wf9k5472HUSr0zpw2cLr1P3mz/okz7plD/qlQ2/cSPVhznr"),
        new(12, 8, 12, 8, ResizeMethod.Pad,
            "AGXKL5T5XsMlkf1p1UGtGUq9MKMWifxvb+lj3VfRS8WUFZYXmBmaG7lByVHZYelx3m38ixqpOMcDmS/FW/GHHSjFYv+cOdZzTfGVOd2BJclyHchzHsl0H5dJ+61fEcN1"
            + "O6AFas80mf5gzDikEHzoVIX4a95RxDeqqiSeGJIMhgDPUNFS01TVVvR8BIwUnCSsGag3xlXkcwI+1GoAlizCWGMAnTrXdBGuiCzQdBi8YAStWAOuWQSvWtKENuiaTP6w"
            + "dttApQpv1DmbB3PfS7cjj8AzphmM/3Ll5V/ZU81HwTsKiwyNDo8QkS+3P8dP11/nVONyAZAfrj15D6U70Wf9k5472HUSr0zpw2cLr1P3mz/okz7plD/qlQ2/cSPVhznr"),
        new(12, 8, 12, 8, ResizeMethod.Crop,
            "AGXKL5T5XsMlkf1p1UGtGUq9MKMWifxvb+lj3VfRS8WUFZYXmBmaG7lByVHZYelx3m38ixqpOMcDmS/FW/GHHSjFYv+cOdZzTfGVOd2BJclyHchzHsl0H5dJ+61fEcN1"
            + "O6AFas80mf5gzDikEHzoVIX4a95RxDeqqiSeGJIMhgDPUNFS01TVVvR8BIwUnCSsGag3xlXkcwI+1GoAlizCWGMAnTrXdBGuiCzQdBi8YAStWAOuWQSvWtKENuiaTP6w"
            + "dttApQpv1DmbB3PfS7cjj8AzphmM/3Ll5V/ZU81HwTsKiwyNDo8QkS+3P8dP11/nVONyAZAfrj15D6U70Wf9k5472HUSr0zpw2cLr1P3mz/okz7plD/qlQ2/cSPVhznr"),
        new(3, 20, 8, 8, ResizeMethod.Squish,
            "WYWifpt3lGBch59/mnaUYWySjoOWbZFqfZ19iJJkj3OCln2OjF6JgH1+jpeFXX+ReGagoH1bdaN3YqOhfFtzplpulZqOk4ebXW2VmIqThZxtaZOOc5J7oH5kkoNckXGl"
            + "jm2Md1aRb5ifg4NoYZN0ea+Zelltlnpasp14V2+We1WVYX5ad5uPnJFkfV94mJCaend3f3uHlY1jinKff3aagF6NfKp/apx9a4CVn3thmoZ3dK+UeFiXj3lys5J3VpeQ"),
        new(3, 20, 8, 8, ResizeMethod.Pad,
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB0h4+NjWWIfgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "hnaLe2uTeIwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAHN7h457dJeKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        new(3, 20, 8, 8, ResizeMethod.Crop,
            "KU1zmcDmy5AvU3mdvt/GkVF3nri1sqeXc5vD0qyFiJ6VrcTIo32BmLiuoZmamZGF265/a5G1oXLhrnljj7qkb2SIrrV7QEdtaoiorXlFSmqMiYZ/cGFaV66KY1BnfWpE"
            + "oX1YRl51Yz1kZGVgVUhERChLcXtMGyVLHkdzf0oUIEydZSoPNlyCqKNrMBU8Y4Wlxo9VO2OKlZLps3phirKlf9y4k4GZsJ54n5+gm5CDf39jhqy2h1ZghlmCrrqFT1uH"),
    ];
}
