using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Reflection;
using System.Reflection.Emit;

/// <summary>Writes down which methods a program ran that the compiler, which compiles them ahead, does not find or is not to compile all of: generic
/// ones, and those of ImageSharp. Engine.Cli/startup says how to.</summary>
/// <remarks>
/// The runtime calls it before the program, and expects it by this name in no namespace. The file is a .mibc as dotnet-pgo writes it: an assembly
/// whose method <c>AssemblyDictionary</c> names groups, and each group loads the tokens of its methods. Others are compiled anyway.
/// </remarks>
internal static class StartupHook
{
    private const string File = "SCRATCH_STARTUP_PROFILE", Group = "Scratch.Engine;", Partial = "SixLabors.ImageSharp";

    /// <summary>Listens from now on and writes when the process ends.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(File) is not { Length: > 0 } path) return;
        var listener = new Listener();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Write(listener.Found.ToArray(), path);   // at once: it may still fill
    }

    private static void Write(KeyValuePair<ulong, string>[] found, string path)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName("profile"), typeof(object).Assembly);
        ModuleBuilder module = assembly.DefineDynamicModule("profile");
        IEnumerable<MethodBase> methods = found.Select(Resolved).OfType<MethodBase>().Where(IsWanted);
        MethodBuilder group = Method(module, $"Assemblies_{Group}", methods);
        MethodBuilder dictionary = Method(module, "AssemblyDictionary");
        ILGenerator code = dictionary.GetILGenerator();
        code.Emit(OpCodes.Ldstr, Group);
        code.Emit(OpCodes.Ldtoken, group);
        code.Emit(OpCodes.Pop);
        code.Emit(OpCodes.Ret);
        module.CreateGlobalFunctions();
        assembly.Save(path);
    }

    private static MethodBuilder Method(ModuleBuilder module, string name) =>
        module.DefineGlobalMethod(name, MethodAttributes.Public | MethodAttributes.Static, typeof(void), null);

    private static MethodBuilder Method(ModuleBuilder module, string name, IEnumerable<MethodBase> tokens)
    {
        MethodBuilder method = Method(module, name);
        ILGenerator code = method.GetILGenerator();
        foreach (MethodBase token in tokens)
        {
            if (token is ConstructorInfo constructor) code.Emit(OpCodes.Ldtoken, module.GetMethodMetadataToken(constructor));
            else code.Emit(OpCodes.Ldtoken, (MethodInfo)token);
            code.Emit(OpCodes.Pop);
        }
        code.Emit(OpCodes.Ret);
        return method;
    }

    private static bool IsWanted(MethodBase method) => method.DeclaringType is { } type
        && (type.IsGenericType || method.IsGenericMethod || type.Assembly.GetName().Name == Partial);

    // The method of a number and a type's name that the runtime gave; none where several assemblies have such a type.
    private static MethodBase? Resolved(KeyValuePair<ulong, string> pair)
    {
        RuntimeMethodHandle handle = RuntimeMethodHandle.FromIntPtr((nint)pair.Key);
        Type? Known(string name) =>
            AppDomain.CurrentDomain.GetAssemblies().Select(loaded => loaded.GetType(name)).FirstOrDefault(known => known is not null);
        var type = Type.GetType(pair.Value, assemblyResolver: null, (_, name, _) => Known(name), throwOnError: false);
        try
        {
            return type is null ? null : MethodBase.GetMethodFromHandle(handle, type.TypeHandle);
        }
        catch (ArgumentException)                                            // another type of this name
        {
            return null;
        }
    }

    private sealed class Listener : EventListener
    {
        private const EventKeywords JitAndLoader = (EventKeywords)0x30;
        private const int MethodId = 0, TypeName = 6;                        // of what the event carries

        public ConcurrentDictionary<ulong, string> Found { get; } = new();

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(eventSource, EventLevel.Verbose, JitAndLoader);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData is { EventName: { } name, Payload: { } values } && name.StartsWith("MethodLoadVerbose", StringComparison.Ordinal))
                Found[(ulong)values[MethodId]!] = (string)values[TypeName]!;
        }
    }
}
